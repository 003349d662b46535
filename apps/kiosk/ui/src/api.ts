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
  /** Of `not-allowed`: the role that may. */
  readonly needs?: string;
  /** Of `pin-locked`. */
  readonly retryAfterS?: number;
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

/** Somebody who may do what was asked is asked for their PIN, for that alone. */
export interface StepUp {
  readonly needs: string;
  /** What the kiosk said of the PIN before. */
  readonly told: Problem | null;
  /** Null: it is not to be done. Settles once the kiosk has answered. */
  readonly give: (pin: string | null) => Promise<void>;
}

export const stepUp = signal<StepUp | null>(null);

type Method = 'GET' | 'POST' | 'PUT';
type Headers = Readonly<Record<string, string>>;

const PIN_PROBLEMS: ReadonlySet<string> = new Set(['not-allowed', 'wrong-pin', 'pin-locked']);

/** Asks the kiosk; where it wants somebody else's PIN, asks again with it until that is given or refused. */
async function callSteppedUp<T>(method: Method, path: string, body?: unknown): Promise<Answer<T>> {
  const first = await call<T>(method, path, body);
  if (first.ok || first.problem?.code !== 'not-allowed') return first;
  const { promise, resolve } = Promise.withResolvers<Answer<T>>();
  const ask = (needs: string, told: Problem | null): void => {
    stepUp.value = {
      needs,
      told,
      give: async (pin) => {
        const answer = pin === null ? first : await call<T>(method, path, body, { 'x-pin': pin });
        const { ok } = answer;
        const problem = answer.ok ? null : answer.problem;
        if (pin !== null && !ok && PIN_PROBLEMS.has(problem?.code ?? '')) ask(needs, problem);
        else {
          stepUp.value = null;
          resolve(answer);
        }
      },
    };
  };
  void stepUp.value?.give(null);
  ask(first.problem.needs ?? '', null);
  return promise;
}

async function call<T>(
  method: Method,
  path: string,
  body?: unknown,
  headers: Headers = {},
): Promise<Answer<T>> {
  try {
    const response = await fetch(path, {
      method,
      headers: {
        ...authorization(),
        ...headers,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    const value: unknown = text === '' ? null : JSON.parse(text);
    answering.value = true;
    // Not modified: what is held still stands.
    if (response.ok || response.status === 304) return { ok: true, value: value as T };
    const problem = value as Problem;
    if (problem.code === 'not-authenticated') signedOut.value = true;
    return { ok: false, problem };
  } catch {
    answering.value = false;
    return { ok: false, problem: null };
  }
}

export const get = <T>(path: string, headers?: Headers): Promise<Answer<T>> =>
  call('GET', path, undefined, headers);
/** Reads what may need somebody else's PIN. */
export const getSteppedUp = <T>(path: string): Promise<Answer<T>> => callSteppedUp('GET', path);
/** `headers` say who asks where that is not whoever is signed in. */
export const post = <T>(path: string, body: unknown, headers?: Headers): Promise<Answer<T>> =>
  headers === undefined ? callSteppedUp('POST', path, body) : call('POST', path, body, headers);
export const put = <T>(path: string, body: unknown): Promise<Answer<T>> =>
  callSteppedUp('PUT', path, body);

/** One line that says what went wrong, for whoever stands at the screen. */
export const problemText = (problem: Problem | null): string =>
  problem === null
    ? 'The kiosk does not answer. Nothing is lost: try again.'
    : (problem.faults?.map(({ message }) => message).join('; ') ?? problem.detail ?? problem.title);
