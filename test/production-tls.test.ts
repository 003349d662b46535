import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { probeBroker, systemClock, systemIds } from '@tillwire/runtime';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  createAuthority,
  type Identity,
  issueClient,
  issueServer,
} from '../apps/head-office/fleet/broker/authority.ts';
import { startMosquitto, type TestBroker } from './harness/mosquitto.ts';

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

describe('a broker that knows its clients by certificates', () => {
  let broker: TestBroker;
  beforeAll(async () => {
    broker = await startMosquitto({ stores: [], auth: 'certificates' });
  });
  afterAll(() => broker.remove());

  it.each([5, 4] as const)(
    'turns the wrong ones away, and says why on both sides, over MQTT version %i',
    async (protocolVersion) => {
      const folder = dirname(broker.ca);
      const read = async (name: string): Promise<Identity> => ({
        certificate: await readFile(join(folder, `${name}.crt`), 'utf8'),
        key: await readFile(join(folder, `${name}.key`), 'utf8'),
      });
      const [clients, itself] = [await read('clients'), await read('ca')];
      const { url, ca } = await broker.address();
      const answer = async (identity: Identity | null): Promise<string> => {
        const own = identity === null ? {} : { cert: identity.certificate, key: identity.key };
        const address = { url, ca, protocolVersion, ...own };
        const answered = await probeBroker(address, systemIds.uuid(), 'ho/ack/S01');
        return 'detail' in answered ? `${answered.type}: ${answered.detail}` : answered.type;
      };
      const other = await createAuthority('Other', now);
      const unknown = 'refused: our certificate is of an authority it does not know';
      expect(await answer(await issueClient(clients, 'S01', then))).toBe(
        'refused: our certificate has expired',
      );
      expect(await answer(await issueClient(other, 'S01', now))).toBe(unknown);
      // Whoever vouches for the broker vouches for no client.
      expect(await answer(await issueClient(itself, 'S01', now))).toBe(unknown);
      expect(await answer(null)).toBe('refused: it wants a certificate, and we have none');
      // Vouched for, but of no account: it gets in, and may do nothing.
      expect(await answer(await issueClient(clients, 'S01', now))).toBe(
        'refused: this user has no rights there',
      );
      const [pair, stranger] = [
        await issueClient(clients, 'S01', now),
        await issueClient(clients, 'S01', now),
      ];
      expect(await answer({ ...pair, key: stranger.key })).toMatch(/key values mismatch/);
      expect(await answer({ certificate: 'rubbish', key: 'rubbish' })).toMatch(/no start line/);
      expect(broker.log()).toMatch(/certificate verify failed/);
      expect(broker.log()).toMatch(/peer did not return a certificate/);
    },
  );
});
