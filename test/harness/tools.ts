import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import process from 'node:process';

/** Debian's package of each program the whole-system tests need beside what npm brings. */
const PACKAGES = {
  mosquitto: 'mosquitto',
  mosquitto_passwd: 'mosquitto',
  mosquitto_ctrl: 'mosquitto',
  chromium: 'chromium',
  spin: 'spin',
  promtool: 'prometheus',
  pg_dump: 'postgresql',
} as const;

export type Tool = keyof typeof PACKAGES;

/** Where Debian puts servers, which a user's PATH leaves out. */
const PATH = `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`;

const found = new Map<Tool, string>();

/** The path of `tool`, installed from Debian's packages when it is missing. @throws saying how to install it. */
export function findTool(tool: Tool): string {
  const path = found.get(tool) ?? lookUp(tool) ?? install(tool);
  found.set(tool, path);
  return path;
}

function lookUp(tool: Tool): string | undefined {
  return PATH.split(':')
    .filter((folder) => folder !== '')
    .map((folder) => `${folder}/${tool}`)
    .find((path) => existsSync(path));
}

function install(tool: Tool): string {
  const name = PACKAGES[tool];
  const remedy = `${tool} is missing: install it with "apt-get install ${name}", or run the tests as root on Debian`;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) throw new Error(remedy);
  say(`${tool} is missing: installing Debian's package ${name}`);
  try {
    aptGet('update', '-q');
    aptGet('install', '-q', '-y', '--no-install-recommends', name);
  } catch (error) {
    throw new Error(remedy, { cause: error });
  }
  const path = lookUp(tool);
  if (path === undefined) throw new Error(`package ${name} is installed, but ${tool} is not there`);
  say(`installed ${path}`);
  return path;
}

const aptGet = (...args: readonly string[]): void => {
  execFileSync('/usr/bin/apt-get', args, {
    env: { ...process.env, PATH, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
};

const say = (line: string): void => {
  process.stderr.write(`test harness: ${line}\n`);
};
