import { zipSync } from 'fflate';

/** A file as text; `name` may hold folders, `S03/2025-11-26/MP261125.CSV`. */
export interface NamedText {
  readonly name: string;
  readonly text: string;
}

/** The earliest date a ZIP can tell: equal files are equal bytes whenever they are packed. */
const NO_TIME = new Date('1980-01-01T00:00:00');

/** A ZIP of text files, the same bytes for the same files. */
export const zipFiles = (files: readonly NamedText[]): Uint8Array =>
  zipSync(Object.fromEntries(files.map(({ name, text }) => [name, Buffer.from(text)])), {
    mtime: NO_TIME,
    level: 6,
  });
