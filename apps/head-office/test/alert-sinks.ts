import { createServer as createHttp, type IncomingHttpHeaders } from 'node:http';
import { type AddressInfo, createServer as createTcp, type Server } from 'node:net';

const listening = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return (server.address() as AddressInfo).port;
};
const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => server.close(() => resolve()));

export interface Posted {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A webhook's other end: keeps what was posted, and answers as the test says. */
export async function createWebhookSink() {
  const posted: Posted[] = [];
  let status = 204;
  const server = createHttp((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
    request.on('end', () => {
      posted.push({ headers: request.headers, body });
      response.writeHead(status).end();
    });
  });
  const port = await listening(server);
  return {
    url: `http://127.0.0.1:${port}/hook`,
    posted,
    answerWith: (given: number) => (status = given),
    stop: () => closed(server),
  };
}

/** A mail server that takes one conversation at a time as RFC 5321 has it, with AUTH PLAIN, and keeps the mails. */
export async function createMailSink() {
  const mails: { readonly to: readonly string[]; readonly text: string }[] = [];
  const logins: string[] = [];
  const server = createTcp((socket) => {
    let buffered = '';
    let to: string[] = [];
    let isData = false;
    const say = (line: string): boolean => socket.write(`${line}\r\n`);
    const hear = (line: string): void => {
      const verb = line.slice(0, 4).toUpperCase();
      if (verb === 'EHLO') {
        say('250-sink');
        say('250 AUTH PLAIN');
      } else if (verb === 'AUTH') {
        logins.push(Buffer.from(line.split(' ')[2] ?? '', 'base64').toString('utf8'));
        say('235 welcome');
      } else if (verb === 'RCPT') {
        to = [...to, /<(.*)>/.exec(line)?.[1] ?? ''];
        say('250 taken');
      } else if (verb === 'DATA') {
        isData = true;
        say('354 go on');
      } else if (verb === 'QUIT') {
        say('221 bye');
        socket.end();
      } else say('250 fine');
    };
    say('220 sink');
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      buffered += chunk.toString('utf8');
      for (;;) {
        const end = buffered.indexOf(isData ? '\r\n.\r\n' : '\r\n');
        if (end < 0) return;
        const text = buffered.slice(0, end);
        buffered = buffered.slice(end + (isData ? 5 : 2));
        if (!isData) hear(text);
        else {
          mails.push({ to, text });
          [isData, to] = [false, []];
          say('250 kept');
        }
      }
    });
  });
  const port = await listening(server);
  return { port, mails, logins, stop: () => closed(server) };
}
