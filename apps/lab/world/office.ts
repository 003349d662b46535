import { join } from 'node:path';
import { createFace, type Face } from '../http.ts';
import type { Reins } from '../simulate/simulated-time.ts';
import type { LabBroker } from './broker.ts';
import { freePort, type Line, startLine } from './line.ts';
import { createProgram, type Program } from './program.ts';
import { serviceOf, tillwire } from './tillwire.ts';

/** Head Office as processes of their own, behind one line. */
export interface Office {
  readonly face: Face;
  readonly line: Line;
  readonly ingest: readonly Program[];
  /** Catalogue and fleet together. */
  readonly publisher: Program;
  readonly dashboard: Program;
  readonly all: readonly Program[];
  /** Path of its public keys. */
  readonly anchors: string;
  /** Runs `tillwire …` with what an operator there has. @throws with what it complained of. */
  readonly run: (args: readonly string[]) => Promise<string>;
  /** Starts everything: the dashboard, which brings the database about, before the others. */
  readonly begin: () => Promise<void>;
}

export interface OfficeOptions {
  readonly folder: string;
  readonly logs: string;
  readonly env: Readonly<Record<string, string>>;
  readonly broker: LabBroker;
  readonly databaseUrl: string;
  readonly ingestWorkers: number;
  /** Workers split the shops by number, or share one subscription. */
  readonly isSplit: boolean;
  readonly reins?: Reins | undefined;
}

const TOKEN = 'the-lab-is-an-admin';

/** Starts the dashboard, which brings the database and the keys about, and then the others. */
export async function startOffice(options: OfficeOptions): Promise<Office> {
  const { folder, logs, broker, databaseUrl, ingestWorkers, isSplit, reins } = options;
  const line = await startLine(broker.ports);
  const port = await freePort();
  const stateDir = join(folder, 'head-office');
  const env = {
    ...options.env,
    DATABASE_URL: databaseUrl,
    HO_STATE_DIR: stateDir,
    ...(broker.adminFile === null ? {} : { MQTT_ADMIN: broker.adminFile }),
    LOG_LEVEL: 'info',
  };
  const service = serviceOf(reins);
  const program = async (
    name: string,
    roles: string,
    user: string,
    more: Readonly<Record<string, string>> = {},
    ready?: RegExp,
  ): Promise<Program> =>
    createProgram({
      name,
      command: service.command,
      args: [...service.args, 'head-office', roles],
      env: { ...env, ...(await broker.account(user, line.port)), ...more },
      logs,
      reins,
      ...(ready === undefined ? {} : { ready }),
    });
  const dashboard = await program(
    'dashboard',
    'dashboard',
    'dashboard',
    { HTTP_PORT: String(port), ADMIN_TOKEN: TOKEN },
    /Head Office is at/,
  );
  const publisher = await program('publisher', 'catalogue,fleet', 'head-office');
  const ingest = await Promise.all(
    Array.from({ length: ingestWorkers }, (_, at) =>
      program(
        `ingest-${at + 1}`,
        'ingest',
        'ingest',
        isSplit ? { INGEST_SHARD: `${at + 1}/${ingestWorkers}` } : {},
      ),
    ),
  );
  const begin = async (): Promise<void> => {
    for (const one of [dashboard, publisher, ...ingest]) await one.start();
  };
  // The first life of whoever makes the database ends in the middle of it.
  dashboard.arm('migration.before-commit');
  await begin();
  return {
    face: createFace(`http://127.0.0.1:${port}`, TOKEN),
    line,
    ingest,
    publisher,
    dashboard,
    all: [dashboard, publisher, ...ingest],
    anchors: join(stateDir, 'trust-anchors.pem'),
    run: (args) => tillwire(args, env, reins),
    begin,
  };
}
