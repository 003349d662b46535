import { Unzip, type UnzipFile, UnzipInflate } from 'fflate';
import type { ImportFault } from '@tillwire/domain';
import { type LegacyBytes, wholeFileFault } from './legacy-csv.ts';

/** A real set is 26 files of 60 KB together; these leave room and stop a ZIP bomb. */
export const LEGACY_LIMITS = {
  files: 500,
  fileBytes: 8 * 1024 * 1024,
  totalBytes: 32 * 1024 * 1024,
} as const;

export const TOO_MANY_FILES = `has more than ${LEGACY_LIMITS.files} files`;
export const TOO_LARGE_FILE = `is larger than ${LEGACY_LIMITS.fileBytes} bytes`;
export const TOO_LARGE_SET = `is larger than ${LEGACY_LIMITS.totalBytes} bytes in all`;

/** What is a table by its name; hidden files (`._PDITEM9.CSV`) are none. */
export const isCsvName = (fileName: string): boolean => /^[^.].*\.csv$/i.test(fileName);

const PUSHED_BYTES = 16 * 1024;
const STORED = 0;
const DEFLATED = 8;

/**
 * The CSV files of a ZIP by their names without folders. Nothing is written anywhere, and no more is
 * unpacked than the limits allow, whatever the ZIP declares: one that breaks them is left at once.
 */
export function unzipLegacyFiles(zip: LegacyBytes): {
  readonly entries: readonly LegacyBytes[];
  readonly faults: readonly ImportFault[];
} {
  const entries: LegacyBytes[] = [];
  const faults: ImportFault[] = [];
  const declared = declaredEntries(zip.bytes);
  if (declared === null) {
    const message = 'is no ZIP or is cut off, must be a whole ZIP or a folder';
    return { entries, faults: [wholeFileFault(zip.fileName, message)] };
  }
  const state = { seen: 0, bytes: 0, stopped: false };
  const fault = (file: string, message: string): void => {
    faults.push(wholeFileFault(file, message));
  };
  const stop = (file: string, message: string): void => {
    state.stopped = true;
    fault(file, message);
  };
  const unzip = new Unzip((file) => {
    state.seen += 1;
    if (state.seen > LEGACY_LIMITS.files) {
      if (!state.stopped) stop(zip.fileName, TOO_MANY_FILES);
      return;
    }
    const fileName = file.name.split(/[\\/]/).at(-1) ?? '';
    const problem = entryProblem(file);
    if (problem !== null) fault(file.name, problem);
    else if (isCsvName(fileName)) unpack(file, fileName);
  });
  unzip.register(UnzipInflate);

  const unpack = (file: UnzipFile, fileName: string): void => {
    const chunks: Uint8Array[] = [];
    let [size, failed] = [0, false];
    file.ondata = (error, chunk, final) => {
      if (failed || state.stopped) return;
      size += chunk?.length ?? 0;
      state.bytes += chunk?.length ?? 0;
      if (size > LEGACY_LIMITS.fileBytes) stop(fileName, TOO_LARGE_FILE);
      else if (state.bytes > LEGACY_LIMITS.totalBytes) stop(zip.fileName, TOO_LARGE_SET);
      else if (error !== null || (final && size !== (file.originalSize ?? size))) {
        failed = true;
        fault(fileName, DAMAGED);
      } else {
        chunks.push(chunk);
        if (final) entries.push({ fileName, bytes: Buffer.concat(chunks) });
      }
    };
    file.start();
  };

  try {
    for (let at = 0; at < zip.bytes.length && !state.stopped; at += PUSHED_BYTES) {
      const end = at + PUSHED_BYTES;
      unzip.push(zip.bytes.subarray(at, end), end >= zip.bytes.length);
    }
    if (!state.stopped && state.seen !== declared) {
      fault(zip.fileName, `has ${state.seen} entries, must have the ${declared} it declares`);
    }
  } catch {
    fault(zip.fileName, DAMAGED);
  }
  return { entries, faults };
}

const DAMAGED = 'is damaged or encrypted, must be a plain entry of a ZIP';

function entryProblem({ name, compression, originalSize = 0 }: UnzipFile): string | null {
  if (/^[\\/]|^[a-z]:/i.test(name) || name.split(/[\\/]/).includes('..')) {
    return 'leads out of the ZIP, must be a name within it';
  }
  if (originalSize > LEGACY_LIMITS.fileBytes) return TOO_LARGE_FILE;
  return compression === STORED || compression === DEFLATED
    ? null
    : 'is packed in an unknown way, must be stored or deflated';
}

const END_LENGTH = 22;
const END_SIGNATURE = 0x06054b50;
const MAX_COMMENT = 0xffff;

/** How many entries the end of the ZIP's directory declares; null when there is no such end. */
function declaredEntries(bytes: Uint8Array): number | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const last = bytes.length - END_LENGTH;
  for (let at = last; at >= Math.max(0, last - MAX_COMMENT); at -= 1) {
    if (view.getUint32(at, true) === END_SIGNATURE) return view.getUint16(at + 10, true);
  }
  return null;
}
