import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

// Usage: npm run sbom. Writes what is shipped, without what it is built and tested with: dist/sbom.json (CycloneDX)
// and dist/licences.md, and fails on a licence that nobody has looked at.

const ROOT = join(import.meta.dirname, '..');
/** Licences under which the package may be shipped with its notices kept. */
const LOOKED_AT = new Set([
  'MIT',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'Unlicense',
  'MIT-0',
]);

interface Component {
  readonly name: string;
  readonly group?: string;
  readonly version: string;
  readonly licenses?: readonly {
    readonly license?: { readonly id?: string; readonly name?: string };
    readonly expression?: string;
  }[];
}

const text = execFileSync('npm', ['sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev'], {
  cwd: ROOT,
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
});
const { components } = JSON.parse(text) as { readonly components: readonly Component[] };
const licenceOf = ({ licenses = [] }: Component): string =>
  licenses
    .map(({ license, expression }) => expression ?? license?.id ?? license?.name ?? '')
    .join(' AND ') || 'none named';
/** `A OR B`: one that was looked at is enough; `A AND B`: both have to be. */
const isLookedAt = (licence: string): boolean =>
  licence
    .replaceAll(/[()]/g, '')
    .split(' AND ')
    .every((part) => part.split(' OR ').some((one) => LOOKED_AT.has(one.trim())));

const rows = components
  .map((component) => ({
    name: component.group === undefined ? component.name : `${component.group}/${component.name}`,
    version: component.version,
    licence: licenceOf(component),
  }))
  .filter(({ name }) => !name.startsWith('@tillwire/'))
  .toSorted((a, b) => a.name.localeCompare(b.name));
mkdirSync(join(ROOT, 'dist'), { recursive: true });
writeFileSync(join(ROOT, 'dist/sbom.json'), text);
writeFileSync(
  join(ROOT, 'dist/licences.md'),
  `${['| package | version | licence |', '| --- | --- | --- |', ...rows.map(({ name, version, licence }) => `| ${name} | ${version} | ${licence} |`)].join('\n')}\n`,
);
const counts = Map.groupBy(rows, ({ licence }) => licence);
for (const [licence, all] of counts)
  process.stdout.write(`${String(all.length).padStart(4)} ${licence}\n`);
const unknown = rows.filter(({ licence }) => !isLookedAt(licence));
for (const { name, version, licence } of unknown) {
  process.stderr.write(`${name} ${version}: ${licence} was not looked at\n`);
}
process.exitCode = unknown.length > 0 ? 1 : 0;
