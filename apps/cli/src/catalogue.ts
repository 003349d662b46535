import {
  formatImportFault,
  formatImportWarning,
  type ImportFault,
  type ImportReport,
} from '@tillwire/domain';
import { importLegacyPath } from '@tillwire/runtime';
import { type Command, required, wholeNumber } from './command.ts';

export interface CatalogueCheck {
  /** A folder or a ZIP of legacy tables. */
  readonly path: string;
  /** 1 to 9999. */
  readonly shop: number;
  readonly json: boolean;
}

/**
 * Reads a set of legacy tables and tells, line by line to `out`, what would be imported or everything that
 * is wrong; applies nothing. With `json` one line: `{ ok: true, report }` or `{ ok: false, faults }`.
 * Returns the exit code: 0 sound, 1 faults.
 */
export async function catalogueCheck(
  { path, shop, json }: CatalogueCheck,
  out: (line: string) => void,
): Promise<number> {
  const imported = await importLegacyPath(path, { shop });
  if (json) {
    const answer = imported.ok
      ? { ok: true, report: imported.value.report }
      : { ok: false, faults: imported.error };
    out(JSON.stringify(answer));
  } else {
    const lines = imported.ok ? reportLines(imported.value.report) : faultLines(imported.error);
    for (const line of lines) out(line);
  }
  return imported.ok ? 0 : 1;
}

function reportLines({ shop, counts, warnings, missing }: ImportReport): readonly string[] {
  return [
    `The tables of shop ${shop} are sound.`,
    '',
    ...Object.entries(counts).map(
      ([name, count]) => `${String(count).padStart(6)}  ${inWords(name)}`,
    ),
    ...section('Warnings:', warnings.map(formatImportWarning)),
    ...section(
      'Missing files, and what is lost by it:',
      missing.map(({ file, cost }) => `${file}: ${cost}`),
    ),
  ];
}

/** `vatClasses` is shown as `vat classes`. */
const inWords = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];

function faultLines(faults: readonly ImportFault[]): readonly string[] {
  const total =
    faults.length === 1
      ? '1 fault; nothing can be imported until it is mended.'
      : `${faults.length} faults; nothing can be imported until they are mended.`;
  return [...faults.map(formatImportFault), '', total];
}

export const catalogueCheckCommand: Command = {
  name: 'catalogue check',
  positionals: ['PATH'],
  summary: 'read a legacy menu set (a folder or a ZIP) and tell everything that is wrong with it',
  options: {
    shop: { type: 'string', value: 'N', help: 'the shop whose tables to read, 1 to 9999' },
    json: { type: 'boolean', help: 'print one JSON document' },
  },
  run: (args, { print }) => {
    required(args, 'shop');
    const shop = wholeNumber(args, 'shop', { least: 1, most: 9999, fallback: 1 });
    return catalogueCheck(
      { path: args.positionals[0] ?? '', shop, json: args.flag('json') },
      print,
    );
  },
};
