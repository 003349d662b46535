/** The value of cookie `name` in a Cookie header, or null. */
export function readCookie(header: string | undefined, name: string): string | null {
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return null;
}

/** The browser gives the session's cookie to our own pages alone, and never to a script. */
export interface SessionCookie {
  readonly name: string;
  readonly set: (token: string, lifeS: number) => string;
  readonly clear: () => string;
}

/** `secure`: the pages come by TLS; the name's prefix then keeps other hosts of the domain from setting it. */
export function createSessionCookie({ secure }: { readonly secure: boolean }): SessionCookie {
  const name = secure ? '__Host-tillwire' : 'tillwire';
  const attributes = `Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
  return {
    name,
    set: (token, lifeS) => `${name}=${token}; Max-Age=${lifeS}; ${attributes}`,
    clear: () => `${name}=; Max-Age=0; ${attributes}`,
  };
}
