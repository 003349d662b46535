import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { HEAD_OFFICE_ROLES } from '@tillwire/head-office';
import { KIOSK_ROLES } from '@tillwire/kiosk';
import { type Arguments, type Command, UsageError } from './command.ts';
import { type UnitPlan, unitFiles } from './systemd-units.ts';

const SYSTEMD = '/etc/systemd/system';
const EXECUTABLE = resolve(import.meta.dirname, '../bin/tillwire');
const NAME = /^[a-z_][\w-]{0,31}$/;
const PATH = /^\/[\w./-]*$/;

/** @throws {UsageError} */
function pathOf(args: Arguments, name: string): string {
  const path = args.text(name) ?? '';
  if (!PATH.test(path)) throw new UsageError(`--${name} takes an absolute path, not ${path}`);
  return path;
}

/** @throws {UsageError} */
function planOf(args: Arguments): UnitPlan {
  const [what] = args.positionals;
  if (what !== 'kiosk' && what !== 'head-office') {
    throw new UsageError(`WHAT is kiosk or head-office, not ${what}`);
  }
  const user = args.text('user') ?? '';
  if (!NAME.test(user)) throw new UsageError(`--user takes the name of a user, not ${user}`);
  return {
    what,
    roles: what === 'kiosk' ? KIOSK_ROLES : HEAD_OFFICE_ROLES,
    user,
    folder: pathOf(args, 'dir'),
    executable: args.text('exec') ?? EXECUTABLE,
  };
}

/** The command that makes an installation start with its machine. */
export const installServicesCommand: Command = {
  name: 'install-services',
  positionals: ['WHAT'],
  summary:
    'write systemd units for the services of kiosk or head-office, and have systemd check them',
  options: {
    user: { type: 'string', value: 'USER', help: 'who they run as', default: 'tillwire' },
    dir: {
      type: 'string',
      value: 'DIR',
      help: 'what they may write to; holds kiosk.env or head-office.env',
      default: '/var/lib/tillwire',
    },
    exec: { type: 'string', value: 'PATH', help: 'the tillwire to start, when not this one' },
    out: { type: 'string', value: 'DIR', help: 'where the units go', default: SYSTEMD },
  },
  run: async (args, { print, complain }) => {
    const plan = planOf(args);
    const out = pathOf(args, 'out');
    const environment = join(plan.folder, `${plan.what}.env`);
    mkdirSync(out, { recursive: true });
    const files = Object.entries(unitFiles(plan)).map(([name, text]) => {
      const path = join(out, name);
      writeFileSync(path, text);
      print(path);
      return path;
    });
    if (!existsSync(environment)) {
      complain(`tillwire: ${environment} is not there yet; the services start once it is`);
    }
    const faults = check(files, print);
    if (faults.length > 0) {
      for (const fault of faults) complain(`tillwire: systemd: ${fault}`);
      return 1;
    }
    if (out === SYSTEMD) {
      print(
        `Start them:  systemctl daemon-reload && systemctl enable --now tillwire-${plan.what}.target`,
      );
    }
    return 0;
  },
};

/** What systemd itself finds wrong with the units; their exposure is printed. */
function check(files: readonly string[], print: (line: string) => void): readonly string[] {
  const analyze = '/usr/bin/systemd-analyze';
  if (!existsSync(analyze)) {
    print('systemd-analyze is not here: the units are unchecked');
    return [];
  }
  const services = files.filter((file) => file.endsWith('.service'));
  const said = answerOf(analyze, ['verify', ...files]);
  const faults = said.split('\n').filter((line) => line.includes('tillwire-'));
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
