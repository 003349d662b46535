import { copyFile } from 'node:fs/promises';
import process from 'node:process';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  close,
  heldIds,
  judged,
  seenOf,
  sellSome,
  untilHeld,
  untilSent,
  wrongRollups,
} from '../harness/books.ts';
import { type Started, startTillwire } from '../harness/process.ts';
import { closeChain, openChain, type SellingChain } from '../harness/selling-chain.ts';
import { waitFor } from '../harness/wait.ts';

// The image of a kiosk's disk runs on a second machine beside the first: one identity, one installation, one
// journal, and two tills that sell.

const SALES = 30;
let chain: SellingChain;
let twin: Started;
let before: readonly string[] = [];
/** Each machine's address and database, and what was asked of it. */
let machines: readonly {
  readonly name: string;
  readonly url: string;
  readonly database: string;
  readonly requests: string[];
}[] = [];

beforeAll(async () => {
  chain = await openChain();
});
afterAll(async () => {
  if (twin?.isRunning()) await twin.stop();
  await closeChain(chain);
});

const tell = (line: string): void => void process.stderr.write(`${line}\n`);

/** Sells a cheeseburger; false while the machine sells nothing: its clock is not confirmed yet. */
async function sellAt(url: string, requestId: string): Promise<boolean> {
  const response = await fetch(`${url}/api/orders`, {
    method: 'POST',
    headers: {
      authorization: 'Bearer a-token-of-the-tests',
      'content-type': 'application/json',
    },
    body: JSON.stringify({
      requestId,
      channel: 'OT-C',
      vatBasis: 'take',
      lines: [{ kind: 'product', code: 5, quantity: 1 }],
      tenders: [{ method: 'card' }],
    }),
  });
  return response.status === 201;
}

/** The requests of every sale that Head Office keeps, in its books or parked as a fork. */
async function requestsKept(): Promise<ReadonlySet<string>> {
  const { rows } = await chain.db.query<{ request: string }>(
    `SELECT payload::jsonb ->> 'request_id' AS request FROM journal WHERE store = 'S01' AND kind = 'order'
     UNION SELECT convert_from(payload, 'UTF8')::jsonb ->> 'request_id' FROM quarantine
       WHERE store = 'S01' AND reason = 'fork'`,
  );
  return new Set(rows.map(({ request }) => request));
}

function requestsIn(database: string): ReadonlySet<string> {
  const file = new DatabaseSync(database, { readOnly: true });
  try {
    const rows = file.prepare('SELECT request_id FROM orders').all();
    return new Set(rows.map(({ request_id }) => String(request_id)));
  } finally {
    file.close();
  }
}

it('Two machines of one identity sell at once: every sale is kept, as a fork where it has to be', async () => {
  const [shop] = chain.shops;
  before = await sellSome(shop, 6);
  await untilSent(shop);
  const env = await shop.environment();
  const database = env['DB_PATH'] ?? '';
  await shop.stop();
  const image = `${database}.twin`;
  for (const ending of ['', '-wal', '-shm']) {
    await copyFile(database + ending, image + ending).catch(() => undefined);
  }
  await chain.startFirst();
  twin = startTillwire(['kiosk'], {
    env: { ...env, DB_PATH: image, EXPORT_DIR: `${image}-exports`, BACKUP_DIR: `${image}-backups` },
  });
  const [, url = ''] = await twin.says(/sells at (\S+)/, 60_000);
  machines = [
    { name: 'first', url: shop.url(), database, requests: [] },
    { name: 'twin', url, database: image, requests: [] },
  ];
  for (let at = 0; at < SALES; at++) {
    for (const { name, url, requests } of machines) {
      // The twin sells a third of what the first does.
      if (name === 'twin' && at % 3 > 0) continue;
      const request = `${name} ${at}`;
      await waitFor(`a sale at the ${name}`, () => sellAt(url, request), { withinMs: 90_000 });
      requests.push(request);
    }
  }
  const asked = machines.flatMap(({ requests }) => requests);
  await waitFor(
    'every sale of both at Head Office',
    async () => {
      const kept = await requestsKept();
      const lacking = asked.filter((request) => !kept.has(request));
      if (lacking.length === 0) return true;
      throw new Error(`${lacking.length} are lacking: ${lacking.join(', ')}`);
    },
    { withinMs: 200_000 },
  );
  const seen = await seenOf(chain, 'S01');
  const { rows: lanes } = await chain.db.query<{ journal_epoch: number; events: number }>(
    `SELECT journal_epoch, count(*) AS events FROM journal WHERE store = 'S01' GROUP BY 1 ORDER BY 1`,
  );
  const parked = (await chain.ask('/api/quarantine?limit=200')).body.parked.length;
  tell(`${asked.length} sales; told: ${seen.join(', ')}; ${parked} parked as forks`);
  tell(
    `lanes: ${lanes.map(({ journal_epoch, events }) => `${journal_epoch}: ${events}`).join(', ')}`,
  );
  expect(seen).toContain('journal-fork');
  expect(lanes.length).toBeGreaterThan(1);
  const held = new Set(await heldIds(chain, 'S01'));
  expect(before.filter((id) => !held.has(id))).toEqual([]);
  expect(await wrongRollups(chain)).toEqual([]);
});

it('Neither machine takes the other’s sales for its own, however long they run side by side', async () => {
  // What a machine lacks comes back with the answer to its heartbeat, which is once a minute.
  const beats = async (): Promise<number> => {
    const { rows } = await chain.db.query<{ at: number }>(
      "SELECT extract(epoch FROM received_at)::bigint AS at FROM heartbeats WHERE store = 'S01'",
    );
    return rows[0]?.at ?? 0;
  };
  const begun = await beats();
  await waitFor('another minute of heartbeats', async () => (await beats()) > begun + 70, {
    withinMs: 240_000,
  });
  for (const { name, database, requests } of machines) {
    const own = new Set(requests);
    const foreign = machines
      .flatMap((other) => other.requests)
      .filter((request) => !own.has(request) && requestsIn(database).has(request));
    expect({ name, foreign }).toEqual({ name, foreign: [] });
  }
});

it('The day of both is not passed over: it is not reconciled, and says why', async () => {
  const [shop] = chain.shops;
  const date = await close(shop);
  await waitFor(
    'the day to be judged',
    async () => {
      const day = await judged(chain, 'S01', date);
      if (['differs', 'superseded', 'waiting'].includes(day.state)) return true;
      throw new Error(`it is ${JSON.stringify(day)}`);
    },
    { withinMs: 90_000 },
  );
  tell(`the day is ${JSON.stringify(await judged(chain, 'S01', date))}`);
  expect((await judged(chain, 'S01', date)).state).not.toBe('reconciled');
  await untilHeld(chain, 'S02', []);
});
