import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { HEAD_OFFICE_ROLES } from '@tillwire/head-office';
import { KIOSK_ROLES } from '@tillwire/kiosk';
import { type Arguments, type Command, UsageError } from './command.ts';
import { brokerDropIn, type UnitPlan, unitFiles } from './systemd-units.ts';

const SYSTEMD = '/etc/systemd/system';
const SYSTEMCTL = '/usr/bin/systemctl';
const BROKER_UNIT = `${SYSTEMD}/mosquitto.service.d/`;
const EXECUTABLE = resolve(import.meta.dirname, '../bin/tillwire');
const NAME = /^[a-z_][\w-]{0,31}$/;
const PATH = /^\/[\w./-]*$/;

const FOLDERS = {
  kiosk: '/var/lib/tillwire',
  'head-office': '/var/lib/tillwire',
  // Not in the folder above: Mosquitto's own user has to get there.
  broker: '/var/lib/tillwire-broker',
} as const;
type What = keyof typeof FOLDERS;

const isWhat = (word: string): word is What => Object.hasOwn(FOLDERS, word);

/** @throws {UsageError} */
function pathOf(name: string, path: string): string {
  if (!PATH.test(path)) throw new UsageError(`--${name} takes an absolute path, not ${path}`);
  return path;
}

/** @throws {UsageError} */
function planOf(args: Arguments, what: UnitPlan['what'], folder: string): UnitPlan {
  const user = args.text('user') ?? '';
  if (!NAME.test(user)) throw new UsageError(`--user takes the name of a user, not ${user}`);
  return {
    what,
    roles: what === 'kiosk' ? KIOSK_ROLES : HEAD_OFFICE_ROLES,
    user,
    folder,
    executable: args.text('exec') ?? EXECUTABLE,
    systemd: systemdVersion(),
  };
}

/** Every file by its path below the folder of units. */
function filesOf(args: Arguments, what: What, folder: string): Readonly<Record<string, string>> {
  if (what !== 'broker') return unitFiles(planOf(args, what, folder));
  return { 'mosquitto.service.d/tillwire.conf': brokerDropIn(folder, systemdVersion()) };
}

/** The command that makes an installation start with its machine. */
export const installServicesCommand: Command = {
  name: 'install-services',
  positionals: ['WHAT'],
  summary:
    'write systemd units for the services of kiosk, head-office or broker, and have systemd check them',
  options: {
    user: { type: 'string', value: 'USER', help: 'who they run as', default: 'tillwire' },
    dir: {
      type: 'string',
      value: 'DIR',
      help: 'what they may write to, with kiosk.env or head-office.env: /var/lib/tillwire if left out; of broker what broker init made, /var/lib/tillwire-broker',
    },
    exec: { type: 'string', value: 'PATH', help: 'the tillwire to start, when not this one' },
    out: { type: 'string', value: 'DIR', help: 'where the units go', default: SYSTEMD },
  },
  run: async (args, { print, complain }) => {
    const [what = ''] = args.positionals;
    if (!isWhat(what)) {
      throw new UsageError(`WHAT is ${Object.keys(FOLDERS).join(', ')}, not ${what}`);
    }
    const folder = pathOf('dir', args.text('dir') ?? FOLDERS[what]);
    const out = pathOf('out', args.text('out') ?? '');
    const needed = what === 'broker' ? 'mosquitto/mosquitto.conf' : `${what}.env`;
    const files = Object.entries(filesOf(args, what, folder)).map(([name, text]) => {
      const path = join(out, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      print(path);
      return path;
    });
    if (!existsSync(join(folder, needed))) {
      complain(`tillwire: ${join(folder, needed)} is not there yet; nothing starts until it is`);
    }
    const faults = check(files, print);
    if (faults.length > 0) {
      for (const fault of faults) complain(`tillwire: systemd: ${fault}`);
      return 1;
    }
    if (out === SYSTEMD) {
      const start =
        what === 'broker'
          ? 'systemctl restart mosquitto'
          : `systemctl enable --now tillwire-${what}.target`;
      print(`Start ${what}:  systemctl daemon-reload && ${start}`);
    }
    return 0;
  },
};

/** That of this machine; 0 where there is none: then nothing is asked of it that came later. */
function systemdVersion(): number {
  if (!existsSync(SYSTEMCTL)) return 0;
  return Number(/^systemd (\d+)/.exec(answerOf(SYSTEMCTL, ['--version']))?.[1] ?? 0);
}

/** What systemd itself finds wrong with the units; their exposure is printed. */
function check(given: readonly string[], print: (line: string) => void): readonly string[] {
  // What is added to another's unit is checked with that unit, where it will be.
  const files = given.flatMap((file) => {
    if (!file.endsWith('.conf')) return [file];
    return file.startsWith(BROKER_UNIT) ? ['mosquitto.service'] : [];
  });
  const analyze = '/usr/bin/systemd-analyze';
  if (files.length === 0) return [];
  if (!existsSync(analyze)) {
    print('systemd-analyze is not here: the units are unchecked');
    return [];
  }
  const services = files.filter((file) => /tillwire-.*\.service$/.test(file));
  const said = answerOf(analyze, ['verify', ...files]);
  const faults = said.split('\n').filter((line) => /tillwire[-.]/.test(line));
  for (const file of services) {
    const lines = answerOf(analyze, ['security', '--offline=true', '--no-pager', file]);
    const overall = lines.split('\n').find((line) => line.includes('Overall exposure level'));
    print((overall ?? `${file}: exposure unknown`).replace(/^\W+/, ''));
  }
  return faults;
}

/** What a program says, on both streams, however it ends: findings make it end with 1. */
function answerOf(program: string, args: readonly string[]): string {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return `${stdout}${stderr}`;
  }
}
