import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ZERO_HASH } from '@tillwire/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type HeadOfficeStandIn,
  startHeadOfficeStandIn,
} from '../apps/kiosk/server/test/head-office-stand-in.ts';
import { cheeseburgers } from '../apps/kiosk/server/test/kiosk-rig.ts';
import { freePort } from './harness/ports.ts';
import { type Started, startTillwire } from './harness/process.ts';
import { waitFor } from './harness/wait.ts';

const TOKEN = 'the-token-of-a-test';

describe('A kiosk killed between two steps', () => {
  let folder: string;
  let office: HeadOfficeStandIn;
  let port: number;
  let kiosk: Started;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tillwire-crash-'));
    office = await startHeadOfficeStandIn();
    port = await freePort();
    await writeFile(join(folder, 'anchors.pem'), office.trustedPem);
  });
  afterEach(async () => {
    await kiosk.kill9();
    await office.stop();
    await rm(folder, { recursive: true });
  });

  const begin = (roles: readonly string[], crashAt = ''): Started =>
    startTillwire(['kiosk', ...roles], {
      cwd: folder,
      env: {
        STORE_CODE: 'S01',
        DB_PATH: join(folder, 'kiosk.db'),
        MQTT_URL: office.broker.url,
        MQTT_VERSION: '4',
        TRUST_ANCHORS: join(folder, 'anchors.pem'),
        CATALOGUE_PATH: join(import.meta.dirname, '../sample-menu'),
        CATALOGUE_SHOP: '1',
        HTTP_PORT: String(port),
        API_TOKEN: TOKEN,
        LOG_LEVEL: 'error',
        TILLWIRE_CRASH_AT: crashAt,
      },
    });

  /** Starts all of it in one process. */
  const run = async (crashAt?: string): Promise<void> => {
    kiosk = begin([], crashAt);
    await kiosk.says(/sells at/);
  };

  /** The answer, or null when the kiosk died before it came. */
  const post = async (
    path: string,
    body: unknown,
  ): Promise<{ order: { globalOrderId: string; number: number; revision: number } } | null> => {
    try {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
        body: JSON.stringify(body),
      });
      return response.ok ? ((await response.json()) as never) : null;
    } catch {
      return null;
    }
  };

  const sell = (request: string) => post('/api/orders', cheeseburgers(request));

  /** Every revision is at Head Office once counted by its place, and each chains to the one before. */
  const arrived = async (revisions: number): Promise<void> => {
    await waitFor(`${revisions} revisions at Head Office`, () => {
      const seqs = new Set(office.events.map(({ event }) => event.journal_seq));
      return seqs.size === revisions;
    });
    const bySeq = new Map(office.events.map((received) => [received.event.journal_seq, received]));
    let before = ZERO_HASH;
    for (let seq = 1; seq <= revisions; seq++) {
      const received = bySeq.get(seq);
      expect(received?.event.prev_hash).toBe(before);
      before = received?.hash ?? '';
    }
    // What came again is the same event to the byte.
    for (const { event, hash } of office.events) {
      expect(hash).toBe(bySeq.get(event.journal_seq)?.hash);
    }
    await waitFor('an empty outbox', async () => {
      const response = await fetch(`http://127.0.0.1:${port}/api/sync`);
      return ((await response.json()) as { safeToPowerOff: boolean }).safeToPowerOff;
    });
  };

  it.each([
    'web.before-commit:3',
    'web.after-commit:3',
    'sync.before-publish:2',
    'sync.after-puback:2',
    'sync.before-release:2',
    'sync.after-release:2',
  ])('at %s has every accepted order once, with no gap in its numbers', async (point) => {
    const requests = Array.from({ length: 6 }, (_, at) => `${point} ${at}`);
    await run(point);
    const accepted = new Map<string, string>();
    for (const request of requests) {
      const answer = await sell(request);
      if (answer !== null) accepted.set(request, answer.order.globalOrderId);
    }
    await waitFor('its death', () => !kiosk.isRunning());
    await run();
    // The tills try again whatever they had no answer to, and touch twice.
    const numbers: number[] = [];
    for (const request of requests) {
      const [one, two] = await Promise.all([sell(request), sell(request)]);
      expect(one?.order.globalOrderId).toBe(two?.order.globalOrderId);
      const known = accepted.get(request);
      if (known !== undefined) expect(one?.order.globalOrderId).toBe(known);
      numbers.push(one?.order.number ?? 0);
    }
    expect(numbers.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6]);
    await arrived(6);
  });

  it('after it voided has the order voided once', async () => {
    await run('web.after-revise');
    const sold = await sell('to void');
    const path = `/api/orders/${sold?.order.globalOrderId}/void`;
    expect(await post(path, { crewId: 7, reason: 'wrong' })).toBeNull();
    await waitFor('its death', () => !kiosk.isRunning());
    await run();
    // It was voided, though nobody was told.
    expect(await post(path, { crewId: 7, reason: 'wrong' })).toBeNull();
    const response = await fetch(
      `http://127.0.0.1:${port}/api/orders/${sold?.order.globalOrderId}`,
    );
    expect(await response.json()).toMatchObject({ order: { status: 'voided', revision: 2 } });
    await arrived(2);
  });

  it('at any moment, web and sync each by itself, loses nothing and doubles nothing', async () => {
    const accepted = new Map<string, string>();
    for (let round = 0; round < 3; round++) {
      kiosk = begin(['web']);
      const sync = begin(['sync']);
      await kiosk.says(/sells at/);
      const before = accepted.size;
      const selling = Promise.all(
        Array.from({ length: 40 }, async (_, at) => {
          const request = `${round} ${at}`;
          const answer = await sell(request);
          if (answer !== null) accepted.set(request, answer.order.globalOrderId);
        }),
      );
      await waitFor('some sales', () => accepted.size >= before + 5);
      if (round > 0) await waitFor('some sent', () => office.events.length > 0);
      await Promise.all([kiosk.kill9(), sync.kill9()]);
      await selling;
    }
    await run();
    const ids = new Set<string>();
    for (let round = 0; round < 3; round++) {
      for (let at = 0; at < 40; at++) {
        const answer = await sell(`${round} ${at}`);
        const known = accepted.get(`${round} ${at}`);
        if (known !== undefined) expect(answer?.order.globalOrderId).toBe(known);
        ids.add(answer?.order.globalOrderId ?? '');
      }
    }
    expect(ids.size).toBe(120);
    await arrived(120);
  });
});
