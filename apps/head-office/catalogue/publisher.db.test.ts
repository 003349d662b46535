import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { topicOf } from '@tillwire/contract';
import { storeCode } from '@tillwire/domain';
import { createLog, systemClock, systemIds } from '@tillwire/runtime';
import { Aedes } from 'aedes';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePort } from '../../../test/harness/ports.ts';
import { waitFor } from '../../../test/harness/wait.ts';
import { openStateDir } from '../state-dir.ts';
import { registerStore } from '../store/fleet-store.ts';
import { headOfficeDatabase } from '../test/head-office-database.ts';
import { createCatalogueOffice } from './office.ts';
import { createPublisher } from './publisher.ts';

const SAMPLE_MENU = join(import.meta.dirname, '../../../sample-menu');
const STORES = ['S01', 'S02'].map(storeCode);
const [ofS01, ofS02] = STORES.map((store) => topicOf('delta', store)) as [string, string];

const undo: (() => Promise<unknown>)[] = [];
let broker: Aedes;
let url: string;

beforeEach(async () => {
  broker = await Aedes.createBroker();
  const port = await freePort();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    broker.handle(socket);
  });
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
  url = `mqtt://127.0.0.1:${port}`;
  undo.push(async () => {
    await new Promise<void>((closed) => broker.close(closed));
    for (const socket of sockets) socket.destroy();
    server.close();
  });
});
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

/** As a stranger would; resolves once every subscriber was sent it. */
const clear = (topic: string): Promise<void> =>
  new Promise((done, fail) => {
    broker.publish(
      { cmd: 'publish', topic, payload: Buffer.alloc(0), retain: true, qos: 1, dup: false },
      (error) => (error ? fail(error) : done()),
    );
  });

it('What a stranger clears while something else is being mended is mended next, not a minute later', async () => {
  const { db, drop } = await headOfficeDatabase();
  undo.push(drop);
  const folder = await mkdtemp(join(tmpdir(), 'tillwire-publisher-'));
  undo.push(() => rm(folder, { recursive: true }));
  const state = openStateDir(folder, systemIds);
  const office = createCatalogueOffice({ db, clock: systemClock });
  for (const store of STORES) await registerStore(db, { store, name: '', atMs: 0 });
  const { draft } = await office.drafts.importSet({
    draftId: null,
    source: { path: SAMPLE_MENU },
    shop: 1,
    target: 'base',
    by: 'ann',
  });
  const plan = { canaries: [], waveSize: null };
  await office.publishing.publish({
    draftId: draft.draftId,
    revision: draft.revision,
    note: '',
    by: 'ann',
    plan,
    effectiveFromMs: null,
  });

  /** How often each topic was published, each before the broker has answered. */
  const published = new Map<string, number>();
  let beforeAnswering: ((topic: string) => Promise<void>) | null = null;
  broker.authorizePublish = (client, { topic }, answer) => {
    if (client === null) return answer(null);
    published.set(topic, (published.get(topic) ?? 0) + 1);
    void Promise.resolve(beforeAnswering?.(topic)).then(
      () => answer(null),
      (error: Error) => answer(error),
    );
  };
  const publisher = createPublisher({
    db,
    broker: { url, protocolVersion: 4 },
    clientId: 'publisher',
    keys: state.keys,
    published: state,
    incarnation: () => Promise.resolve(1),
    desk: office.publishing,
    clock: systemClock,
    ids: systemIds,
    log: createLog('test', 'silent'),
    crashPoint: () => undefined,
  });
  const stopping = new AbortController();
  const run = publisher.run(stopping.signal);
  undo.push(() => {
    stopping.abort();
    return run;
  });
  const times = (topic: string) => published.get(topic) ?? 0;
  await waitFor('the first round', () => times(ofS01) > 0 && times(ofS02) > 0);

  const before = times(ofS02);
  beforeAnswering = async (topic) => {
    if (topic !== ofS01) return;
    beforeAnswering = null;
    await clear(ofS02);
  };
  await clear(ofS01);
  await waitFor('S02', () => times(ofS02) > before);
  expect(beforeAnswering).toBe(null);
});
