export interface Answer {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- the lab looks into answers by name
  readonly body: any;
}

/** A face of the product over HTTP. Throws where no answer came. */
export interface Face {
  readonly get: (path: string) => Promise<Answer>;
  readonly post: (path: string, body: unknown) => Promise<Answer>;
  readonly put: (path: string, body: unknown) => Promise<Answer>;
  readonly text: (path: string) => Promise<string>;
}

const ANSWER_WITHIN_MS = 15_000;

export function createFace(url: string, token: string): Face {
  const headers = { authorization: `Bearer ${token}` };
  const call = async (path: string, init: RequestInit): Promise<Answer> => {
    const response = await fetch(url + path, {
      ...init,
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text) };
  };
  const send =
    (method: string): Face['post'] =>
    (path, body) =>
      call(path, {
        method,
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
  return {
    get: (path) => call(path, { headers }),
    post: send('POST'),
    put: send('PUT'),
    text: async (path) => {
      const response = await fetch(url + path, {
        headers,
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      });
      if (!response.ok) throw new Error(`${path} answered ${response.status}`);
      return response.text();
    },
  };
}
