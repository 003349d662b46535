import {
  createKiosk,
  exportKioskJournal,
  importKioskCatalogue,
  KIOSK_ROLES,
  type KioskRole,
  parseKioskConfig,
} from '@tillwire/kiosk';
import {
  type Clock,
  createCrashPoints,
  createLog,
  createMetrics,
  runServices,
  systemIds,
} from '@tillwire/runtime';
import { type Command, type Terminal, UsageError } from './command.ts';
import { explained } from './explained.ts';
import { serviceNotify } from './service-notify.ts';
import { VERSION } from './version.ts';

type Env = Readonly<Record<string, string | undefined>>;

interface KioskContext {
  readonly env: Env;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** Runs a store, all of it or one of its services, until `signal` aborts. */
async function runKiosk(
  roles: readonly KioskRole[],
  { env, signal, clock }: KioskContext,
  { print }: Terminal,
): Promise<number> {
  const config = parseKioskConfig(env);
  const log = createLog('kiosk', config.logLevel).child({ store: config.store });
  const kiosk = await createKiosk(config, {
    roles,
    clock,
    ids: systemIds,
    log,
    crashPoint: createCrashPoints(env['TILLWIRE_CRASH_AT']),
    version: VERSION,
    metrics: createMetrics({ process: true }),
  });
  void kiosk.listening.then((url) => print(`${config.store} sells at ${url}`));
  // A process with `web` is ready once it can be asked, another once its database is open.
  const ready = roles.includes('web') ? kiosk.listening : Promise.resolve();
  await runServices([...serviceNotify(env, { ready, log }), ...kiosk.services], { signal, log });
  return 0;
}

const isRole = (text: string): text is KioskRole =>
  (KIOSK_ROLES as readonly string[]).includes(text);

/** The commands that run a store. */
export const kioskCommands = (context: KioskContext): readonly Command[] => [
  {
    name: 'kiosk',
    positionals: ['ROLE?'],
    summary: `run a store: all of it, or one of ${KIOSK_ROLES.join(', ')}`,
    run: ({ positionals: [role] }, terminal) => {
      if (role !== undefined && !isRole(role)) {
        throw new UsageError(`the services of a kiosk are ${KIOSK_ROLES.join(', ')}, not ${role}`);
      }
      const roles = role === undefined ? KIOSK_ROLES : [role];
      return explained(terminal, () => runKiosk(roles, context, terminal));
    },
  },
  {
    name: 'kiosk export-journal',
    positionals: ['FILE'],
    summary: 'write what Head Office has not acknowledged to a file, for a USB stick',
    run: ({ positionals: [file = ''] }, terminal) =>
      explained(terminal, async () => {
        const count = await exportKioskJournal(parseKioskConfig(context.env), file, {
          clock: context.clock,
          ids: systemIds,
        });
        terminal.print(`${count} events written to ${file}`);
        return 0;
      }),
  },
  {
    name: 'kiosk import-catalogue',
    positionals: ['FILE'],
    summary: 'take a catalogue from a USB stick: what `tillwire catalogue export` wrote',
    run: ({ positionals: [file = ''] }, terminal) =>
      explained(terminal, async () => {
        const config = parseKioskConfig(context.env);
        const log = createLog('kiosk', config.logLevel).child({ store: config.store });
        const { inForce, newest } = await importKioskCatalogue(config, file, {
          clock: context.clock,
          ids: systemIds,
          log,
        });
        const sells = inForce === null ? 'sells nothing yet' : `sells version ${inForce.version}`;
        const isSound = newest?.state === 'applied' || newest?.state === 'staged';
        const why = isSound ? '' : `: ${newest?.state ?? 'nothing came'} ${newest?.detail ?? ''}`;
        terminal.print(`${config.store} ${sells}${why}`);
        return isSound ? 0 : 1;
      }),
  },
];
