import {
  createHeadOffice,
  HEAD_OFFICE_ROLES,
  type HeadOfficeRole,
  parseHeadOfficeConfig,
} from '@tillwire/head-office';
import {
  type Clock,
  CONFIG_EXIT_CODE,
  ConfigError,
  createCrashPoints,
  createLog,
  createMetrics,
  runServices,
  systemIds,
} from '@tillwire/runtime';
import { type Command, type Terminal, UsageError } from './command.ts';
import { serviceNotify } from './service-notify.ts';

type Env = Readonly<Record<string, string | undefined>>;

interface HeadOfficeContext {
  readonly env: Env;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** Runs Head Office, all of it or some of its roles, until `signal` aborts. */
async function runHeadOffice(
  roles: readonly HeadOfficeRole[],
  { env, signal, clock }: HeadOfficeContext,
  { print, complain }: Terminal,
): Promise<number> {
  try {
    const config = parseHeadOfficeConfig(env);
    const log = createLog('head-office', config.logLevel);
    const headOffice = await createHeadOffice(config, {
      roles,
      clock,
      ids: systemIds,
      log,
      metrics: createMetrics({ process: true }),
      crashPoint: createCrashPoints(env['TILLWIRE_CRASH_AT']),
    });
    void headOffice.listening.then((url) => print(`Head Office is at ${url}`));
    const ready = roles.includes('dashboard') ? headOffice.listening : Promise.resolve();
    const services = [...serviceNotify(env, { ready, log }), ...headOffice.services];
    await runServices(services, { signal, log });
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    complain(`tillwire: ${error.message}`);
    return CONFIG_EXIT_CODE;
  }
}

const isRole = (text: string): text is HeadOfficeRole =>
  (HEAD_OFFICE_ROLES as readonly string[]).includes(text);

/** The roles of `ingest,dashboard`; all when nothing is said. @throws {UsageError} */
function rolesOf(text: string | undefined): readonly HeadOfficeRole[] {
  if (text === undefined) return HEAD_OFFICE_ROLES;
  return text.split(',').map((role) => {
    if (isRole(role)) return role;
    throw new UsageError(
      `the roles of Head Office are ${HEAD_OFFICE_ROLES.join(', ')}, not ${role}`,
    );
  });
}

/** The commands that run Head Office. */
export const headOfficeCommands = (context: HeadOfficeContext): readonly Command[] => [
  {
    name: 'head-office',
    positionals: ['ROLES?'],
    summary: `run Head Office: all of it, or some of ${HEAD_OFFICE_ROLES.join(',')}`,
    run: ({ positionals: [roles] }, terminal) => runHeadOffice(rolesOf(roles), context, terminal),
  },
];
