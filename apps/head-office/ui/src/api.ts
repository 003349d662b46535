import { signal } from '@preact/signals';

/** A refusal of Head Office: RFC 9457 with a stable `code` and every fault by its path. */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly retryAfterS?: number;
  readonly faults?: readonly {
    readonly path: string;
    readonly code: string;
    readonly message: string;
  }[];
}

export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: Problem }
  /** Nobody answered: whether what was asked is done is not known. */
  | { readonly ok: false; readonly problem: null };

const TIMEOUT_MS = 30_000;

/** Set once Head Office says that nobody is signed in here. */
export const signedOut = signal(false);

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

async function call<T>(
  method: Method,
  path: string,
  body?: unknown,
  stop?: AbortSignal,
): Promise<Answer<T>> {
  try {
    const isFile = body instanceof Blob;
    const response = await fetch(path, {
      method,
      headers:
        body === undefined
          ? {}
          : { 'content-type': isFile ? 'application/zip' : 'application/json' },
      ...(body === undefined ? {} : { body: isFile ? body : JSON.stringify(body) }),
      signal: AbortSignal.any([
        AbortSignal.timeout(TIMEOUT_MS),
        ...(stop === undefined ? [] : [stop]),
      ]),
    });
    const text = await response.text();
    const value: unknown = text === '' ? null : JSON.parse(text);
    if (response.ok) return { ok: true, value: value as T };
    const problem = value as Problem;
    if (problem.code === 'not-authenticated') signedOut.value = true;
    return { ok: false, problem };
  } catch {
    return { ok: false, problem: null };
  }
}

export const get = <T>(path: string): Promise<Answer<T>> => call('GET', path);
export const post = <T>(path: string, body: unknown = {}, stop?: AbortSignal): Promise<Answer<T>> =>
  call('POST', path, body, stop);
export const put = <T>(path: string, body: unknown): Promise<Answer<T>> => call('PUT', path, body);
export const del = <T>(path: string): Promise<Answer<T>> => call('DELETE', path);

/** What went wrong, for whoever sits at the screen. */
export const problemText = (problem: Problem | null): string =>
  problem === null
    ? 'Head Office does not answer. Try again.'
    : [problem.title, ...(problem.faults ?? []).map(faultText)].join('. ');

const faultText = ({ path, message }: { readonly path: string; readonly message: string }) =>
  path === '' ? message : `${path}: ${message}`;
