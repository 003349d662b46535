import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { examineHeadOffice, parseHeadOfficeConfig } from '@tillwire/head-office';
import { examineKiosk, type KioskConfig, parseKioskConfig } from '@tillwire/kiosk';
import {
  type BrokerAddress,
  certificateOf,
  ConfigError,
  createLog,
  probeBroker,
  systemClock,
  systemIds,
} from '@tillwire/runtime';
import { type Command, UsageError } from './command.ts';
import type { Env } from './office.ts';

/** One thing looked at. A fault stops work or loses something; a warning will. */
interface Finding {
  readonly state: 'good' | 'warning' | 'fault';
  readonly what: string;
  /** What to do about it; '' when it is good. */
  readonly remedy: string;
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const GIB = 1024 ** 3;
const APPS = join(import.meta.dirname, '../..');

const good = (what: string): Finding => ({ state: 'good', what, remedy: '' });
const warning = (what: string, remedy: string): Finding => ({ state: 'warning', what, remedy });
const fault = (what: string, remedy: string): Finding => ({ state: 'fault', what, remedy });

/** Several looks, each of which may fail by itself. */
async function look(
  what: string,
  remedy: string,
  work: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [fault(`${what}: ${reason}`, remedy)];
  }
}

async function lookAtBroker(
  broker: BrokerAddress | null,
  client: string,
): Promise<readonly Finding[]> {
  if (broker === null) return [fault('no broker is configured', 'set MQTT_URL')];
  const { url } = broker;
  const answer = await probeBroker(broker, `${client}-doctor-${systemIds.uuid()}`);
  const findings = [
    answer.type === 'let-in'
      ? good(`the broker at ${url} lets us in`)
      : fault(
          `the broker at ${url} is ${answer.type}: ${answer.detail}`,
          brokerRemedy(answer.type),
        ),
  ];
  if (!url.startsWith('mqtts:') || answer.type === 'unreachable') return findings;
  const { validToMs, protocol } = await certificateOf(url);
  const days = Math.floor((validToMs - systemClock.nowMs()) / DAY_MS);
  const until = `its certificate holds for ${days} days (${protocol})`;
  const remedy = 'issue a new one from the authority and reload the broker (docs/operations.md)';
  if (days < 7) return [...findings, fault(until, remedy)];
  return [...findings, days < 30 ? warning(until, remedy) : good(until)];
}

function brokerRemedy(type: 'refused' | 'not-trusted' | 'unreachable'): string {
  switch (type) {
    case 'refused':
      return 'the store was revoked, or its credential replaced: provision it again (store provision --again)';
    case 'not-trusted':
      return 'compare MQTT_URL and MQTT_CA with the broker’s certificate, and the clock with the time';
    case 'unreachable':
      return 'is the broker running, and does the network let this machine reach its port?';
  }
}

const lookAtPages = (app: string): readonly Finding[] => [
  existsSync(join(APPS, app, 'ui', 'dist', 'index.html'))
    ? good('the screens are built')
    : fault('the screens are not built', 'npm run build, or install the package anew'),
];

const lookAtDisk = (freeBytes: number): Finding => {
  const free = `${(freeBytes / GIB).toFixed(1)} GiB of the disk are free`;
  const remedy = 'make room: old backups and exports first';
  if (freeBytes < GIB / 2) return fault(free, remedy);
  return freeBytes < 4 * GIB ? warning(free, remedy) : good(free);
};

async function lookAtStore(config: KioskConfig): Promise<readonly Finding[]> {
  const seen = await examineKiosk(config, { clock: systemClock, ids: systemIds });
  const nowMs = systemClock.nowMs();
  const findings: Finding[] = [
    good('the database opens and is of this version'),
    lookAtDisk(seen.freeBytes),
  ];
  findings.push(
    seen.sells
      ? good('there is a catalogue to sell from')
      : fault('there is no catalogue', 'publish one to this store, or kiosk import-catalogue FILE'),
  );
  const oldest =
    seen.oldestUnsentMs === null ? 0 : Math.floor((nowMs - seen.oldestUnsentMs) / MINUTE_MS);
  const unsent = `${seen.unsent} events unsent, the oldest for ${oldest} minutes`;
  findings.push(
    oldest > 10
      ? warning(unsent, 'mend the line; kiosk export-journal FILE takes them by USB stick')
      : good(unsent),
  );
  if (seen.parked > 0) {
    findings.push(
      warning(`${seen.parked} events are parked at Head Office`, 'look at its quarantine'),
    );
  }
  if (seen.clockDoubted) {
    findings.push(
      fault(
        'nobody has confirmed the clock since the restore',
        'set the clock; a manager confirms it',
      ),
    );
  }
  if (seen.headOffice !== null) {
    const off = Math.round((seen.headOffice.atMs - seen.headOffice.saidMs) / 1000);
    const clock = `the clock was ${Math.abs(off)} s ${off < 0 ? 'behind' : 'ahead of'} Head Office’s last word`;
    findings.push(
      Math.abs(off) > 120 ? warning(clock, 'switch time synchronisation on') : good(clock),
    );
  }
  findings.push(
    seen.newestBackup === null
      ? warning('there is no backup', 'tillwire backup; the scheduler makes one a day')
      : good(`newest backup: ${seen.newestBackup}`),
  );
  return findings;
}

async function kioskFindings(env: Env): Promise<readonly Finding[]> {
  const config = parseKioskConfig(env);
  return [
    good(`configured as ${config.store}`),
    ...(config.trustAnchors.length === 0
      ? [fault('no key of Head Office is pinned', 'set TRUST_ANCHORS, or join anew')]
      : [good(`${config.trustAnchors.length} key(s) of Head Office are pinned`)]),
    ...(await look(
      'the database',
      'is DB_PATH right, the disk writable, the file whole (tillwire verify)?',
      () => lookAtStore(config),
    )),
    ...(await look('the broker', 'see docs/operations.md, "the line is down"', () =>
      lookAtBroker(config.broker, config.store),
    )),
    ...lookAtPages('kiosk'),
  ];
}

async function headOfficeFindings(env: Env): Promise<readonly Finding[]> {
  const config = parseHeadOfficeConfig(env);
  const remedy = 'is PostgreSQL running, DATABASE_URL right, and does its user own the database?';
  return [
    good('configured'),
    ...(await look('the database', remedy, async () => {
      const seen = await examineHeadOffice(config, { log: createLog('doctor', 'silent') });
      const off = Math.round((systemClock.nowMs() - seen.databaseMs) / 1000);
      return [
        good(`the database answers (PostgreSQL ${seen.version})`),
        seen.pending === 0
          ? good('it is of this version')
          : warning(`${seen.pending} migrations are due`, 'they run when Head Office starts'),
        Math.abs(off) > 60
          ? fault(`its clock is ${off} s off`, 'switch time synchronisation on on both machines')
          : good('its clock agrees'),
        seen.backedUp
          ? good('every journal has a verified backup')
          : warning(
              'not every journal has a verified backup',
              'tillwire head-office backup FOLDER',
            ),
        good(`${seen.signingKeys} signing key(s)`),
        lookAtDisk(seen.freeBytes),
      ];
    })),
    ...(await look('the broker', 'see docs/operations.md, "the broker is gone"', () =>
      lookAtBroker(config.broker, 'head-office'),
    )),
    ...(config.brokerAdmin === null
      ? [warning('no account to change others at the broker', 'set MQTT_ADMIN: rotation needs it')]
      : []),
    ...lookAtPages('head-office'),
  ];
}

/** The command that looks an installation over. */
export const doctorCommand = (env: Env): Command => ({
  name: 'doctor',
  positionals: ['WHAT'],
  summary: 'look this installation of kiosk or head-office over, with a remedy for each finding',
  options: { json: { type: 'boolean', help: 'print one JSON document' } },
  run: async (args, { print }) => {
    const [what = ''] = args.positionals;
    if (what !== 'kiosk' && what !== 'head-office') {
      throw new UsageError(`WHAT is kiosk or head-office (a broker: broker check), not ${what}`);
    }
    let findings: readonly Finding[];
    try {
      findings = await (what === 'kiosk' ? kioskFindings(env) : headOfficeFindings(env));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      findings = [fault(error.message, 'mend the environment file; --env FILE names it')];
    }
    if (args.flag('json')) print(JSON.stringify({ findings }));
    else {
      for (const { state, what: seen, remedy } of findings) {
        print(`${state.padEnd(8)} ${seen}`);
        if (remedy !== '') print(`         → ${remedy}`);
      }
    }
    return findings.some(({ state }) => state === 'fault') ? 1 : 0;
  },
});
