import { CatalogueFileError, CatalogueImportError, JournalExportError } from '@tillwire/kiosk';
import { CONFIG_EXIT_CODE, ConfigError } from '@tillwire/runtime';
import type { Terminal } from './command.ts';

/** What is wrong with a configuration or a menu file is the operator's to read, not a stack trace. */
export async function explained(
  { complain }: Terminal,
  work: () => Promise<number>,
): Promise<number> {
  try {
    return await work();
  } catch (error) {
    const isStick = error instanceof CatalogueImportError || error instanceof JournalExportError;
    if (!(isStick || error instanceof ConfigError || error instanceof CatalogueFileError)) {
      throw error;
    }
    complain(`tillwire: ${error.message}`);
    return isStick ? 1 : CONFIG_EXIT_CODE;
  }
}
