import { connect } from 'node:tls';

/** The certificate a TLS server shows. */
export interface ShownCertificate {
  readonly validToMs: number;
  readonly protocol: string;
}

const WITHIN_MS = 10_000;

/** The certificate of the server at a `mqtts://` address, whoever vouches for it. @throws when it does not answer. */
export function certificateOf(url: string, defaultPort = 8883): Promise<ShownCertificate> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: hostname,
      port: port === '' ? defaultPort : Number(port),
      servername: hostname,
      // It is looked at, and nothing is said to it.
      rejectUnauthorized: false,
      timeout: WITHIN_MS,
    });
    socket.once('secureConnect', () => {
      const { valid_to } = socket.getPeerCertificate();
      const protocol = socket.getProtocol() ?? '';
      socket.destroy();
      resolve({ validToMs: Date.parse(valid_to), protocol });
    });
    socket.once('timeout', () => socket.destroy(new Error(`no answer within ${WITHIN_MS} ms`)));
    socket.once('error', reject);
  });
}
