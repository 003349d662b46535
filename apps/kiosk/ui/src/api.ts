import { signal } from '@preact/signals';
import { signedOut, token } from './token.ts';

/** A refusal of the kiosk: RFC 9457 with a stable `code` and every fault by its path. */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail?: string;
  readonly faults?: readonly {
    readonly path: string;
    readonly code: string;
    readonly message: string;
  }[];
  /** Of `price-changed`: what the order comes to now, pence. */
  readonly total?: number;
}

export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  /** The kiosk said no. */
  | { readonly ok: false; readonly problem: Problem }
  /** The kiosk did not answer: whether it did what was asked is not known. */
  | { readonly ok: false; readonly problem: null };

const TIMEOUT_MS = 8000;

/** Whether the kiosk answered when it was last asked anything. */
export const answering = signal(true);

export const authorization = (): Readonly<Record<string, string>> => {
  const bearer = token();
  return bearer === null ? {} : { authorization: `Bearer ${bearer}` };
};

async function call<T>(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<Answer<T>> {
  try {
    const response = await fetch(path, {
      method,
      headers: {
        ...authorization(),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    const value: unknown = text === '' ? null : JSON.parse(text);
    answering.value = true;
    if (response.ok) return { ok: true, value: value as T };
    if (response.status === 401) signedOut.value = true;
    return { ok: false, problem: value as Problem };
  } catch {
    answering.value = false;
    return { ok: false, problem: null };
  }
}

export const get = <T>(path: string): Promise<Answer<T>> => call('GET', path);
export const post = <T>(path: string, body: unknown): Promise<Answer<T>> =>
  call('POST', path, body);
export const put = <T>(path: string, body: unknown): Promise<Answer<T>> => call('PUT', path, body);
export const del = <T>(path: string): Promise<Answer<T>> => call('DELETE', path);

/** One line that says what went wrong, for whoever stands at the screen. */
export const problemText = (problem: Problem | null): string =>
  problem === null
    ? 'The kiosk does not answer. Nothing is lost: try again.'
    : (problem.faults?.map(({ message }) => message).join('; ') ?? problem.detail ?? problem.title);
