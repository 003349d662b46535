/**
 * A menu of many products published to many kiosks, all of them processes over TLS on one machine: from the word
 * "publish" to the last report "applied", round by round, and the switches' own time by the kiosks' logs. Then all but
 * one of the kiosks end, and that one switches on: a shop has a machine of its own.
 * `node apps/head-office/bench/catalogue.ts postgres://… PORT [kiosks] [products] [rounds]` wants an empty database and a
 * port for the broker.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { type Catalogue, deltaBetween, productCode, storeOfShop } from '@tillwire/domain';
import { createLog, pause, readMigrations, systemClock, systemIds } from '@tillwire/runtime';
import { createCatalogueOffice } from '../catalogue/office.ts';
import { initBroker } from '../fleet/broker/broker-init.ts';
import { migrate, openDatabase } from '../store/database.ts';
import { registerStore } from '../store/fleet-store.ts';

const ROOT = join(import.meta.dirname, '../../..');
const MAIN = join(ROOT, 'apps/cli/bin/tillwire.mjs');
const MIGRATIONS = join(import.meta.dirname, '..', 'store', 'migrations');
/** Looking costs a part of the machine that is measured. */
const LOOK_EVERY_MS = 25;
const ROUNDS_ALONE = 100;

const [url = '', port = '', kiosks = '15', products = '1000', rounds = '10'] =
  process.argv.slice(2);
const all = Array.from({ length: Number(kiosks) }, (_, at) => storeOfShop(at + 1));
/** Those that run. */
let stores = all;

/** The sample menu, its products repeated under other codes up to `count`. */
function enlarged(menu: Catalogue, count: number): Catalogue {
  const more = Array.from({ length: Math.max(0, count - menu.products.length) }, (_, at) => ({
    ...(menu.products[at % menu.products.length] as Catalogue['products'][number]),
    code: productCode(10_000 + at),
    double: null,
    triple: null,
    menuKey: null,
    priceListPlace: null,
  }));
  return { ...menu, products: [...menu.products, ...more] };
}

const folder = await mkdtemp(join(tmpdir(), 'tillwire-bench-'));
await chmod(folder, 0o755);
const files = await initBroker(
  {
    folder: join(folder, 'broker'),
    hosts: ['localhost'],
    port: Number(port),
    bind: '127.0.0.1',
    stores,
    auth: 'dynsec',
  },
  { clock: systemClock, ids: systemIds },
);
const children = [spawn('mosquitto', ['-c', files.configuration], { stdio: 'ignore' })];
let logs: string[] = [];
const tillwire = async (command: string, user: string, env: object): Promise<ChildProcess> => {
  const text = await readFile(files.accounts[user] ?? '', 'utf8');
  const account = Object.fromEntries(
    text
      .trim()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  ) as Record<string, string>;
  const child = spawn(process.execPath, [MAIN, command], {
    env: { PATH: process.env['PATH'], ...account, HTTP_PORT: '0', ...env } as NodeJS.ProcessEnv,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  child.stderr.setEncoding('utf8').on('data', (line: string) => logs.push(line));
  children.push(child);
  return child;
};

const log = createLog('bench', 'warn');
const db = openDatabase(url, { log, connections: 4 });
await migrate(db, readMigrations(MIGRATIONS));
const office = createCatalogueOffice({ db, clock: systemClock });
for (const store of stores) await registerStore(db, { store, name: '', atMs: systemClock.nowMs() });
const stateDir = join(folder, 'state');
await tillwire('head-office', 'head-office', { DATABASE_URL: url, HO_STATE_DIR: stateDir });
await pause(5000);
const running: ChildProcess[] = [];
for (const store of stores) {
  running.push(
    await tillwire('kiosk', store, {
      STORE_CODE: store,
      DB_PATH: join(folder, `${store}.db`),
      EXPORT_DIR: join(folder, store),
      TRUST_ANCHORS: join(stateDir, 'trust-anchors.pem'),
    }),
  );
}

/** Milliseconds from now until each store has applied what it was told last. */
async function applied(beganMs: number): Promise<readonly number[]> {
  const tookMs = new Map<string, number>();
  while (tookMs.size < stores.length) {
    for (const { store, progress } of await office.standing()) {
      if (stores.includes(store) && progress === 'applied' && !tookMs.has(store)) {
        tookMs.set(store, performance.now() - beganMs);
      }
    }
    await pause(LOOK_EVERY_MS);
  }
  return [...tookMs.values()];
}

const publish = async (draftId: number): Promise<readonly number[]> => {
  const beganMs = performance.now();
  await office.publishing.publish({
    draftId,
    revision: (await office.drafts.read(draftId)).revision,
    note: 'bench',
    by: 'bench',
    plan: { canaries: [], waveSize: null },
    effectiveFromMs: null,
  });
  return applied(beganMs);
};

const { draft } = await office.drafts.importSet({
  draftId: null,
  source: { path: join(ROOT, 'sample-menu') },
  shop: 1,
  target: 'base',
  by: 'bench',
});
const menu = await office.drafts.catalogue(draft.draftId, 'base');
const large = enlarged(menu, Number(products));
await office.drafts.edit({
  draftId: draft.draftId,
  revision: draft.revision,
  target: 'base',
  edit: deltaBetween(menu, large),
  by: 'bench',
});
await publish(draft.draftId);

const change = async (round: number): Promise<readonly number[]> => {
  const next = await office.drafts.create({ name: 'bench', by: 'bench' });
  const edit = {
    products: {
      set: large.products
        .slice(0, 50)
        .map((product) => ({ ...product, description: `round ${round}` })),
      remove: [],
    },
  };
  const { draftId, revision } = next;
  await office.drafts.edit({ draftId, revision, target: 'base', edit, by: 'bench' });
  return publish(draftId);
};

const samples: number[] = [];
for (let round = 1; round <= Number(rounds); round++) samples.push(...(await change(round)));

const quantile = (values: readonly number[], part: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ??
  0;
const switches = (): { readonly p50: number; readonly p99: number; readonly most: number } => {
  const tookMs = [...logs.join('').matchAll(/"tookMs":([\d.]+)/g)].map((match) => Number(match[1]));
  return { p50: quantile(tookMs, 0.5), p99: quantile(tookMs, 0.99), most: Math.max(...tookMs) };
};
const together = switches();
const [, ...others] = running;
for (const child of others) {
  child.kill('SIGTERM');
  if (child.exitCode === null) await once(child, 'exit');
}
stores = all.slice(0, 1);
logs = [];
for (let round = 1; round <= ROUNDS_ALONE; round++) await change(Number(rounds) + round);
process.stdout.write(
  `${JSON.stringify({
    kiosks: all.length,
    products: large.products.length,
    rounds: Number(rounds),
    publishedToAppliedMs: {
      p50: Math.round(quantile(samples, 0.5)),
      p99: Math.round(quantile(samples, 0.99)),
    },
    switchTogetherMs: together,
    switchMs: switches(),
  })}\n`,
);
for (const child of children.toReversed()) {
  child.kill('SIGTERM');
  if (child.exitCode === null) await once(child, 'exit');
}
await db.end();
await rm(folder, { recursive: true, force: true });
