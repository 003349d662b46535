/** A refusal of the kiosk: RFC 9457 with a stable `code` and every fault by its path. */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail?: string;
  readonly faults?: readonly {
    readonly path: string;
    readonly rule: string;
    readonly message: string;
  }[];
  readonly total?: number;
}

export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  /** The kiosk said no. */
  | { readonly ok: false; readonly problem: Problem }
  /** The kiosk did not answer: whether it did what was asked is not known. */
  | { readonly ok: false; readonly problem: null };

const TIMEOUT_MS = 8000;

async function call<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer<T>> {
  try {
    const response = await fetch(path, {
      method,
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const value: unknown = await response.json();
    return response.ok ? { ok: true, value: value as T } : { ok: false, problem: value as Problem };
  } catch {
    return { ok: false, problem: null };
  }
}

export const get = <T>(path: string): Promise<Answer<T>> => call('GET', path);
export const post = <T>(path: string, body: unknown): Promise<Answer<T>> =>
  call('POST', path, body);

/** One line that says what went wrong, for the cashier. */
export const problemText = (problem: Problem | null): string =>
  problem === null
    ? 'The kiosk does not answer. Nothing is lost: try again.'
    : (problem.faults?.map(({ message }) => message).join('; ') ?? problem.detail ?? problem.title);
