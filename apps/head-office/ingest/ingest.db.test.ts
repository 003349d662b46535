import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  type Acknowledgement,
  acknowledgementSchema,
  canonicalText,
  type CommandMessage,
  commandSchema,
  encodeEvents,
  type Heartbeat,
  sha256,
  topicOf,
  trustedKeyFromPem,
  publicPemOf,
  verifyMessage,
} from '@tillwire/contract';
import { type StoreCode, storeCode, utcInstant } from '@tillwire/domain';
import {
  createLog,
  createMqttLink,
  type MqttLink,
  systemClock,
  systemIds,
} from '@tillwire/runtime';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startMosquitto, type TestBroker } from '../../../test/harness/mosquitto.ts';
import { waitFor } from '../../../test/harness/wait.ts';
import { createSigner, openStateDir, type StateDir } from '../state-dir.ts';
import { settleIncarnation } from '../store/incarnation-store.ts';
import { listOrders, readStore } from '../store/order-queries.ts';
import { verifyRollups } from '../store/rollup-store.ts';
import { headOfficeDatabase } from '../test/head-office-database.ts';
import { createStoreJournal, type JournalEvent, type StoreJournal } from '../test/store-journal.ts';
import { createIngest, type UpHandlers } from './ingest.ts';

const log = createLog('test', 'silent');
const S03 = storeCode('S03');
const S04 = storeCode('S04');

let broker: TestBroker;
beforeAll(async () => {
  broker = await startMosquitto({ stores: [S03, S04] });
});
afterAll(() => broker.remove());

let office: Awaited<ReturnType<typeof headOfficeDatabase>>;
let folder: string;
let stateDir: StateDir;
const running: (() => Promise<void>)[] = [];

beforeEach(async () => {
  office = await headOfficeDatabase();
  folder = await mkdtemp(join(tmpdir(), 'tillwire-ingest-'));
  stateDir = openStateDir(folder, systemIds);
});
afterEach(async () => {
  for (const stop of running.splice(0).reverse()) await stop();
  await office.drop();
  await rm(folder, { recursive: true });
});

async function startIngest(
  options: { readonly protocolVersion?: 4 | 5; readonly handlers?: UpHandlers } = {},
): Promise<() => Promise<void>> {
  const { protocolVersion = 5, handlers } = options;
  const service = createIngest({
    db: office.db,
    broker: { ...(await broker.address('ingest')), protocolVersion },
    clientId: `ingest-${systemIds.uuid()}`,
    sign: createSigner(stateDir.keys, systemClock),
    settleIncarnation: () => settleIncarnation(office.db, stateDir, systemClock.nowMs()),
    shard: null,
    ...(handlers === undefined ? {} : { handlers }),
    clock: systemClock,
    ids: systemIds,
    log,
    crashPoint: () => undefined,
  });
  const stopping = new AbortController();
  const done = service.run(stopping.signal);
  const stop = async (): Promise<void> => {
    stopping.abort();
    await done;
  };
  running.push(stop);
  return stop;
}

/** A store's line: what it sends, and everything it was told. */
interface StoreLine {
  readonly link: MqttLink;
  readonly acks: Acknowledgement[];
  readonly commands: CommandMessage[];
  readonly send: (events: readonly (JournalEvent | string)[]) => Promise<void>;
  readonly sendRaw: (payload: Uint8Array | string) => Promise<void>;
  /** Hashes released or parked so far. */
  readonly named: () => Set<string>;
}

async function connectStore(store: StoreCode): Promise<StoreLine> {
  const acks: Acknowledgement[] = [];
  const commands: CommandMessage[] = [];
  const trusted = stateDir.keys().map((key) => trustedKeyFromPem(publicPemOf(key)));
  const link = createMqttLink({
    broker: await broker.address(store),
    clientId: store,
    subscriptions: [topicOf('ack', store), topicOf('command', store)],
    onUp: () => undefined,
    onDown: () => undefined,
    onMessage: ({ topic, payload, done }) => {
      const message: unknown = JSON.parse(payload.toString());
      expect(verifyMessage(topic, message as object, trusted)).toEqual({ ok: true, value: true });
      if (topic === topicOf('ack', store)) acks.push(acknowledgementSchema.parse(message));
      else commands.push(commandSchema.parse(message));
      done();
    },
    log,
    ids: systemIds,
  });
  link.start();
  running.push(() => link.stop());
  await waitFor(`the line of ${store}`, () => link.isUp());
  const sendRaw = async (payload: Uint8Array | string): Promise<void> => {
    expect(await link.publish(topicOf('orders', store), payload)).toBe('accepted');
  };
  return {
    link,
    acks,
    commands,
    sendRaw,
    send: (events) =>
      sendRaw(
        encodeEvents(events.map((event) => (typeof event === 'string' ? event : event.text))),
      ),
    named: () =>
      new Set(
        acks.flatMap(({ epochs, acked_ids }) => [
          ...epochs.flatMap(({ acked, parked }) => [...acked, ...parked].map(({ hash }) => hash)),
          ...acked_ids,
        ]),
      ),
  };
}

const heartbeatOf = (journal: StoreJournal, rest: Partial<Heartbeat> = {}): Heartbeat => {
  const last = journal.events().at(-1);
  return {
    store_code: journal.store,
    at: utcInstant(Date.parse('2025-07-16T12:00:00Z')),
    session: 1,
    version: '0.1.0',
    uptime_s: 60,
    catalog_version: 1,
    config_version: 0,
    journal: [
      {
        journal_epoch: last?.event.journal_epoch ?? 1,
        journal_seq: last?.event.journal_seq ?? 0,
        hash: last?.hash ?? '0'.repeat(64),
        holes: [],
      },
    ],
    unsent: { count: 0, oldest_age_s: 0 },
    parked: 0,
    publish_error_ppm: 0,
    disk_free_bytes: 1,
    memory_bytes: 1,
    last_z: null,
    last_backup_at: null,
    ...rest,
  };
};

const whole = (line: StoreLine, through: number) =>
  waitFor(`the watermark ${through}`, () =>
    line.acks.some(({ epochs }) => epochs.some((epoch) => epoch.complete_through === through)),
  );

const allNamed = (line: StoreLine, hashes: readonly string[]) =>
  waitFor(`acknowledgements of ${hashes.length}`, () =>
    hashes.every((hash) => line.named().has(hash)),
  );

const parked = async () =>
  (
    await office.db.query(
      `SELECT reason, encode(payload_hash, 'hex') AS hash, journal_seq AS seq, times_seen AS times
       FROM quarantine ORDER BY id`,
    )
  ).rows;

describe.each([4, 5] as const)('Ingest over Mosquitto with TLS, MQTT version %s', (version) => {
  it('stores what a store sends and acknowledges it by its hash, with the watermark', async () => {
    await startIngest({ protocolVersion: version });
    const line = await connectStore(S03);
    const journal = createStoreJournal('S03');
    const sales = Array.from({ length: 30 }, (_, at) => journal.sell(1 + (at % 4)));
    await waitFor('the first acknowledgement', async () => {
      await line.send([sales[0] as JournalEvent]);
      return line.acks.length > 0;
    });
    await line.send(sales.slice(10));
    await line.send(sales.slice(1, 10));
    await allNamed(
      line,
      sales.map(({ hash }) => hash),
    );
    await whole(line, 30);
    const last = line.acks.at(-1)?.epochs[0];
    expect(last).toMatchObject({ acked_through: 30, watermark_hash: sales[29]?.hash });
    expect((await listOrders(office.db, { limit: 100 })).orders).toHaveLength(30);
    expect(await verifyRollups(office.db, { from: '2025-07-16', to: '2025-07-16' })).toEqual([]);
    // Sent again, it is acknowledged again.
    line.acks.length = 0;
    await line.send(sales.slice(0, 5));
    await allNamed(
      line,
      sales.slice(0, 5).map(({ hash }) => hash),
    );
  });
});

describe('Ingest', () => {
  /** A line that ingest hears. */
  const openLine = async (store: StoreCode): Promise<StoreLine> => {
    const line = await connectStore(store);
    await waitFor('ingest', async () => {
      const birth = { store_code: store, state: 'online', session: 1 };
      await line.link.publish(topicOf('state', store), JSON.stringify(birth), { retain: true });
      return line.acks.length > 0;
    });
    return line;
  };

  it('parks whatever can not go into the books, acknowledges it, and goes on', async () => {
    await startIngest();
    const line = await openLine(S03);
    const journal = createStoreJournal('S03');
    const good = [journal.sell(), journal.sell()];
    const { event } = journal.sell();
    const poison = [
      canonicalText({ ...event, totals: { ...event.totals, gross: event.totals.gross + 1 } }),
      canonicalText({ ...event, reason: 'nul \0 inside', journal_seq: 4 }),
      JSON.stringify({ ...event, reason: 'lone \ud800', journal_seq: 5 }),
      `{"journal_seq":6,"journal_epoch":1,"big":${'9'.repeat(400)}}`,
      canonicalText({ ...event, store_code: 'S04', journal_seq: 7 }),
      canonicalText({ ...event, revision: 2 ** 53, journal_seq: 8 }),
      '[]',
      'null',
      '{"batch":{"length":5}}',
    ];
    await line.send([good[0] as JournalEvent, ...poison, good[1] as JournalEvent]);
    const unreadable: Uint8Array[] = [
      Buffer.from('{"batch":['),
      Buffer.from([0x22, 0xff, 0xfe, 0x22]),
      gzipSync(Buffer.alloc(9 * 1024 * 1024, 0x20), { level: 9 }),
      Buffer.from([0x1f, 0x8b, 1, 2]),
      Buffer.alloc(0),
      Buffer.from(`{"batch":[${'0,'.repeat(100)}0]}`),
    ];
    for (const payload of unreadable) await line.sendRaw(payload);
    const after = createStoreJournal('S03', { epoch: 2 }).sell(3);
    await line.send([after]);
    await allNamed(
      line,
      [...good, after].map(({ hash }) => hash),
    );
    await allNamed(line, [
      ...poison.slice(0, 6).map((text) => sha256(text)),
      ...poison.slice(6).map((text) => `sha256:${sha256(text)}`),
      ...unreadable.map((payload) => `sha256:${sha256(payload)}`),
    ]);
    const reasons = Map.groupBy(await parked(), ({ reason }) => String(reason));
    expect(Object.fromEntries([...reasons].map(([reason, rows]) => [reason, rows.length]))).toEqual(
      {
        'bad-gzip': 1,
        'bad-shape': 7,
        'broken-rule': 1,
        'not-json': 2,
        'not-utf8': 1,
        'too-large': 1,
        'too-many-events': 1,
        'wrong-store': 1,
      },
    );
    const { rows } = await office.db.query(
      "SELECT count(*) AS n FROM error_events WHERE error_id LIKE 'ho:message-parked:%'",
    );
    expect(rows).toEqual([{ n: 15 }]);
    // Places that were parked count as held: 1 and 2 sold, 3 to 8 parked.
    await waitFor('the parked places', async () => {
      const store = await readStore(office.db, 'S03');
      return store?.epochs[0]?.heldThrough === 8;
    });
  });

  it('parks telemetry that no database can hold, or that claims nonsense, and acknowledges it', async () => {
    await startIngest({
      handlers: {
        results: async () => {
          await office.db.query("SELECT '\\u0000'::jsonb");
        },
      },
    });
    const line = await openLine(S03);
    const common = { store_code: 'S03', at: '2025-07-16T12:00:00Z' };
    const error = { ...common, error_id: 'e-1', code: 'odd', message: 'odd', count: 1 };
    const beat = heartbeatOf(createStoreJournal('S03'));
    const [head] = beat.journal;
    const holes = [{ from: 1, to: Number.MAX_SAFE_INTEGER }];
    const poison = [
      ['errors', { ...error, facts: { nul: 'a\0b' } }],
      ['errors', { ...error, facts: { half: '\ud800' } }],
      ['health', { ...beat, journal: [{ ...head, holes }] }],
      ['health', { ...beat, journal: [{ ...head, holes: [{ from: 9, to: 3 }] }] }],
      ['results', { ...common, command_id: 'c-1', outcome: 'done', detail: '' }],
    ] as const;
    const texts = poison.map(([, message]) => JSON.stringify(message));
    for (const [at, [name]] of poison.entries()) {
      await line.link.publish(topicOf(name, S03), texts[at] ?? '');
    }
    await allNamed(
      line,
      texts.map((text) => `sha256:${sha256(text)}`),
    );
    expect((await parked()).map(({ reason }) => String(reason)).sort()).toEqual([
      ...Array<string>(4).fill('bad-shape'),
      'refused-by-database',
    ]);
  });

  it('keeps the first of two events at one place and parks the other as a fork', async () => {
    await startIngest();
    const line = await openLine(S03);
    const first = createStoreJournal('S03').sell();
    const other = createStoreJournal('S03').sell(7);
    await line.send([first]);
    await allNamed(line, [first.hash]);
    await line.send([other]);
    await allNamed(line, [other.hash]);
    expect(await parked()).toEqual([{ reason: 'fork', hash: other.hash, seq: 1, times: 1 }]);
    await line.send([other]);
    await waitFor('the repetition', async () => (await parked())[0]?.times === 2);
  });

  it('stops claiming completeness where a link does not fit, alerts, and goes on storing', async () => {
    await startIngest();
    const line = await openLine(S03);
    const journal = createStoreJournal('S03');
    const [one, two, three] = [journal.sell(), journal.sell(), journal.sell()];
    const edited = { ...two.event, crew_id: 'someone else' };
    await line.send([one, canonicalText(edited), three]);
    await allNamed(line, [one.hash, three.hash, sha256(canonicalText(edited))]);
    await waitFor('the freeze', async () => {
      const store = await readStore(office.db, 'S03');
      return store?.epochs[0]?.frozenAtSeq === 3;
    });
    const store = await readStore(office.db, 'S03');
    expect(store?.epochs[0]).toMatchObject({ completeThrough: 2, heldThrough: 3 });
    const { rows } = await office.db.query('SELECT error_id FROM error_events ORDER BY 1');
    expect(rows).toContainEqual({ error_id: 'ho:journal-link-broken:1-3' });
    expect(rows).toContainEqual({ error_id: 'ho:store-not-provisioned:S03' });
  });

  it('asks for what a heartbeat shows lacking, rows that were deleted too, once in a while', async () => {
    await startIngest();
    const line = await openLine(S03);
    const journal = createStoreJournal('S03');
    const sales = Array.from({ length: 12 }, () => journal.sell());
    await line.send(sales);
    await whole(line, 12);
    await office.db.query(
      `WITH gone AS (
         DELETE FROM journal WHERE journal_seq IN (3, 4, 9) RETURNING subject
       ) DELETE FROM orders WHERE global_order_id IN (SELECT subject FROM gone)`,
    );
    const beat = JSON.stringify(heartbeatOf(journal));
    await line.link.publish(topicOf('health', S03), beat);
    await line.link.publish(topicOf('health', S03), beat);
    await waitFor('the request', () => line.commands.length > 0);
    expect(line.commands[0]?.command).toEqual({
      name: 'resync',
      journal: [
        { journal_epoch: 1, from: 3, to: 4 },
        { journal_epoch: 1, from: 9, to: 9 },
      ],
    });
    expect((await readStore(office.db, 'S03'))?.epochs[0]?.completeThrough).toBe(2);
    line.acks.length = 0;
    await line.send(sales.filter(({ event }) => [3, 4, 9].includes(event.journal_seq)));
    await whole(line, 12);
    expect((await listOrders(office.db, { limit: 100 })).orders).toHaveLength(12);
    expect(line.commands).toHaveLength(1);
  });

  it('loses nothing when it dies between batches and another takes over, nor when two share', async () => {
    const stop = await startIngest();
    const line = await openLine(S03);
    const journal = createStoreJournal('S03');
    const sales = Array.from({ length: 200 }, () => journal.sell());
    for (const sale of sales.slice(0, 100)) await line.send([sale]);
    await stop();
    await startIngest();
    await startIngest();
    await waitFor('everything acknowledged', async () => {
      const known = line.named();
      const left = sales.filter(({ hash }) => !known.has(hash));
      if (left.length > 0) await line.send(left.slice(0, 40));
      return left.length === 0;
    });
    await whole(line, 200);
    expect(await verifyRollups(office.db, { from: '2025-07-16', to: '2025-07-16' })).toEqual([]);
    expect((await listOrders(office.db, { limit: 300 })).orders).toHaveLength(200);
  });

  it('goes on where it was when its connections to the database are cut', async () => {
    await startIngest();
    const line = await openLine(S03);
    const journal = createStoreJournal('S03');
    const sales = Array.from({ length: 300 }, () => journal.sell());
    const cut = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()`;
    for (let at = 0; at < sales.length; at += 30) {
      await line.send(sales.slice(at, at + 30));
      await office.db.query(cut);
    }
    await allNamed(
      line,
      sales.map(({ hash }) => hash),
    );
    await whole(line, 300);
    expect(await verifyRollups(office.db, { from: '2025-07-16', to: '2025-07-16' })).toEqual([]);
  });

  it('puts its line down when more comes than can be stored, and takes it up again', async () => {
    await startIngest();
    const line = await openLine(S03);
    const journal = createStoreJournal('S03');
    const sales = Array.from({ length: 100 }, () => journal.sell());
    const blocker = await office.db.connect();
    const hungUp = () => broker.log().match(/Client ingest-\S+ disconnected/g)?.length ?? 0;
    const before = hungUp();
    await blocker.query('BEGIN; LOCK TABLE journal IN ACCESS EXCLUSIVE MODE');
    await waitFor('the line put down', async () => {
      await line.send(sales);
      return hungUp() > before;
    });
    await blocker.query('COMMIT');
    blocker.release();
    const late = journal.sell();
    await waitFor('the line taken up', async () => {
      await line.send([...sales.slice(0, 5), late]);
      return line.named().has(late.hash);
    });
    await whole(line, 101);
    expect((await listOrders(office.db, { limit: 200 })).orders).toHaveLength(101);
  });

  it('hands heartbeats, states and results on, and acknowledges results and errors by id', async () => {
    const heard: string[] = [];
    await startIngest({
      handlers: {
        health: async (store) => void heard.push(`health ${store}`),
        state: async (store, { state }) => void heard.push(`${state} ${store}`),
        results: async (_, { command_id }) => void heard.push(command_id),
      },
    });
    const line = await openLine(S03);
    const common = { store_code: 'S03', at: '2025-07-16T12:00:00Z' };
    const result = { ...common, command_id: 'c-1', outcome: 'done', detail: '' };
    const error = {
      ...common,
      error_id: 'e-1',
      code: 'clock-behind',
      message: 'behind',
      count: 1,
      facts: {},
    };
    await line.link.publish(topicOf('results', S03), JSON.stringify(result));
    await line.link.publish(topicOf('errors', S03), JSON.stringify(error));
    await line.link.publish(topicOf('health', S03), '{"store_code":"S03"}');
    await line.link.publish(
      topicOf('health', S03),
      JSON.stringify(heartbeatOf(createStoreJournal('S03'))),
    );
    await allNamed(line, ['c-1', 'e-1', `sha256:${sha256('{"store_code":"S03"}')}`]);
    await waitFor('the heartbeat', () => heard.includes('health S03'));
    expect(heard).toContain('online S03');
    expect(heard).toContain('c-1');
    expect(await readStore(office.db, 'S03')).toMatchObject({ online: true, provisionedAt: null });
  });
});
