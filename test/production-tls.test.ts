import { createServer, type Server } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { probeBroker, systemClock, systemIds } from '@tillwire/runtime';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createAuthority,
  type Identity,
  issueServer,
} from '../apps/head-office/fleet/broker/authority.ts';

const DAY_MS = 86_400_000;
const now = { clock: systemClock, ids: systemIds };
/** As the authority saw it three years ago: what it issued then has run out. */
const then = {
  ids: systemIds,
  clock: { ...systemClock, nowMs: () => systemClock.nowMs() - 1000 * DAY_MS },
};

describe('a broker that is not the one it should be is told from one that is away', () => {
  let server: Server | undefined;
  const serve = async ({ certificate, key }: Identity): Promise<number> => {
    const listening = createServer({ cert: certificate, key });
    server = listening;
    await new Promise<void>((resolve) => {
      listening.listen(0, '127.0.0.1', resolve);
    });
    return (listening.address() as AddressInfo).port;
  };
  afterEach(() => {
    server?.close();
  });
  const probe = (port: number, ca: string) =>
    probeBroker({ url: `mqtts://localhost:${port}`, ca }, 'probe');

  it('one whose certificate has expired', async () => {
    const authority = await createAuthority('Ours', then);
    const port = await serve(await issueServer(authority, ['localhost'], then));
    expect(await probe(port, authority.certificate)).toEqual({
      type: 'not-trusted',
      detail: 'its certificate has expired',
    });
  });

  it('one whose certificate is for another host', async () => {
    const authority = await createAuthority('Ours', now);
    const port = await serve(await issueServer(authority, ['broker.example'], now));
    expect(await probe(port, authority.certificate)).toEqual({
      type: 'not-trusted',
      detail: 'its certificate is for another host name',
    });
  });

  it('one that another authority vouches for', async () => {
    const [ours, other] = [await createAuthority('Ours', now), await createAuthority('Other', now)];
    const port = await serve(await issueServer(other, ['localhost'], now));
    expect(await probe(port, ours.certificate)).toEqual({
      type: 'not-trusted',
      detail: 'another authority vouches for it than the one known here',
    });
  });

  it('one that does not listen', async () => {
    const authority = await createAuthority('Ours', now);
    expect(await probe(1, authority.certificate)).toMatchObject({ type: 'unreachable' });
  });
});
