import { parse } from 'csv-parse/sync';
import type { ImportFault, LegacyFile } from '@tillwire/domain';

/** One CSV file of a set: its name without folders, and its bytes. */
export interface LegacyBytes {
  readonly fileName: string;
  readonly bytes: Uint8Array;
}

/** What was read of a set, and what could not be. */
export interface LegacyFiles {
  readonly files: readonly LegacyFile[];
  readonly faults: readonly ImportFault[];
}

export const wholeFileFault = (file: string, message: string): ImportFault => ({
  file,
  line: null,
  column: null,
  value: '',
  message,
});

/** Decodes every file; a line that cannot be parsed is a fault, and taken as it stands without its quotes' meaning. */
export function decodeLegacyFiles(entries: readonly LegacyBytes[]): LegacyFiles {
  const decoded = entries.map(decodeLegacyFile);
  return {
    files: decoded.map(({ file }) => file),
    faults: decoded.flatMap(({ faults }) => faults),
  };
}

/**
 * UTF-8 with or without BOM, else Windows-1252; lines end in CR LF, LF or CR; blank lines are skipped.
 * A value never spans lines, so that line numbers are those of the file and a quote left open costs one
 * line and not the rest of the file.
 */
export function decodeLegacyFile({ fileName, bytes }: LegacyBytes): {
  readonly file: LegacyFile;
  readonly faults: readonly ImportFault[];
} {
  const faults: ImportFault[] = [];
  if (isUtf16(bytes)) {
    faults.push(wholeFileFault(fileName, 'is UTF-16, must be UTF-8 or Windows-1252'));
    return { file: { fileName, header: [], rows: [] }, faults };
  }
  const records = decodeText(bytes)
    .split(/\r\n|\n|\r/)
    .map((text, at) => ({ line: at + 1, text }))
    .filter(({ text }) => text.trim() !== '')
    .map(({ line, text }) => {
      const fields = splitFields(text);
      if (fields !== null) return { line, fields };
      const message = 'a value opens with a quote and must close with one on the same line';
      faults.push({ file: fileName, line, column: null, value: text, message });
      return { line, fields: text.split(',') };
    });
  const [header, ...rows] = records;
  return { file: { fileName, header: header?.fields ?? [], rows }, faults };
}

const isUtf16 = ([first, second]: Uint8Array): boolean =>
  (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);

function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return decodeWindows1252(bytes);
  }
}

// Node's own decoder for windows-1252 reads 80 to 9F as control characters in the pinned version.
const FROM_80_TO_9F = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

const decodeWindows1252 = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString('latin1')
    .replaceAll(/[\x80-\x9f]/g, (control) => FROM_80_TO_9F.charAt(control.charCodeAt(0) - 0x80));

/** The fields of one line, where a quote means something only at the start of a field; null when one stays open. */
function splitFields(line: string): readonly string[] | null {
  if (!line.includes('"')) return line.split(',');
  try {
    const [fields = []] = parse(line, { relax_quotes: true, record_delimiter: '\n' });
    return fields;
  } catch {
    return null;
  }
}
