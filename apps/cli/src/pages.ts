import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../../..');
/** The screens of each app, and whatever of ours they are built from besides. */
const SCREENS = ['apps/kiosk/ui', 'apps/head-office/ui'].map((path) => join(ROOT, path));
const SHARED = ['packages/domain/src', 'packages/contract/src', 'packages/design'].map((path) =>
  join(ROOT, path),
);
const BUILT = 'dist';

/** Builds the screens that are missing or older than what they are made of, telling `tell` which. */
export async function buildPages(tell: (line: string) => void): Promise<void> {
  const stale = SCREENS.filter((screen) => existsSync(join(screen, 'vite.config.ts'))).filter(
    isStale,
  );
  if (stale.length === 0) return;
  // Only where something is to be built: an installation that carries its screens has no Vite.
  const { build } = await import('vite');
  for (const screen of stale) {
    tell(`building the screens of ${screen.slice(ROOT.length + 1)}`);
    await build({ configFile: join(screen, 'vite.config.ts'), logLevel: 'error' });
  }
}

function isStale(screen: string): boolean {
  const built = statSync(join(screen, BUILT, 'index.html'), { throwIfNoEntry: false })?.mtimeMs;
  return built === undefined || [screen, ...SHARED].some((folder) => newest(folder) > built);
}

/** When something in `folder` was changed last, milliseconds; what was built does not count. */
function newest(folder: string): number {
  let last = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === BUILT || entry.name === 'node_modules') continue;
    const path = join(folder, entry.name);
    last = Math.max(last, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs);
  }
  return last;
}
