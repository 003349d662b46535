import { mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { booksOfSummary, type DaySummary } from '@tillwire/contract';
import { dayFiles } from '@tillwire/domain';

/**
 * Writes the four files of a day under `folder/2025-11-26/`, each whole or not at all: what reads the folder never
 * sees half a file. Writing the same issue again changes nothing. @throws when the disk refuses.
 */
export async function writeDayFiles(folder: string, summary: DaySummary): Promise<void> {
  const day = join(folder, summary.date);
  await mkdir(day, { recursive: true });
  for (const { name, text } of dayFiles(booksOfSummary(summary))) {
    await writeWhole(join(day, name), text);
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  const half = `${path}.part`;
  const file = await open(half, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(half, path);
}
