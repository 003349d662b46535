import { readFileSync } from 'node:fs';
import { pause } from '../waiting.ts';
import type { Program } from '../world/program.ts';
import type { World } from '../world/world.ts';
import type { LightFleet } from './light-fleet.ts';
import type { Reins } from './simulated-time.ts';

/** How everything stood at one moment. */
export interface Sample {
  /** Simulated, ms since 1970. */
  readonly atMs: number;
  /** Events not acknowledged, by shop; null where the shop did not answer. */
  readonly unsent: readonly (number | null)[];
  /** The menu each shop sells from. */
  readonly menus: readonly (number | null)[];
  /** Resident memory in MB, by what the processes are. */
  readonly memory: Readonly<Record<string, number>>;
  readonly light: { readonly connected: number; readonly unsent: number } | null;
}

/** The greatest of the kiosks, and every process of Head Office. */
const MEMORY_OF = (world: World): readonly (readonly [string, readonly Program[]])[] => [
  ['largest kiosk', world.shops.flatMap(({ all }) => all)],
  ['ingest', world.office.ingest],
  ['publisher', [world.office.publisher]],
  ['dashboard', [world.office.dashboard]],
  ['broker', world.broker.nodes],
];

/** Looks at every face again and again until `stopping`, and keeps what it saw. */
export async function watchGauges(
  world: World,
  {
    reins,
    light,
    everyMs,
    stopping,
    onSample,
  }: {
    readonly reins: Reins;
    readonly light: LightFleet | null;
    readonly everyMs: number;
    readonly stopping: AbortSignal;
    readonly onSample: (sample: Sample) => void;
  },
): Promise<void> {
  const programs = MEMORY_OF(world);
  while (!stopping.aborted) {
    const looks = await Promise.all(
      world.shops.map(async ({ face }) => {
        try {
          const [sync, menu] = await Promise.all([
            face.get('/api/sync'),
            face.get('/api/catalogue/status'),
          ]);
          return {
            unsent: sync.body.unsent.count as number,
            menu: (menu.body.inForce?.version ?? null) as number | null,
          };
        } catch {
          return { unsent: null, menu: null };
        }
      }),
    );
    onSample({
      atMs: reins.nowMs(),
      unsent: looks.map(({ unsent }) => unsent),
      menus: looks.map(({ menu }) => menu),
      memory: Object.fromEntries(
        programs.map(([name, all]) => [name, Math.max(...all.map((one) => residentMB(one.pid())))]),
      ),
      light: light === null ? null : { connected: light.connected(), unsent: light.unsent() },
    });
    await pause(everyMs, stopping);
  }
}

/** Resident memory of a process in MB; 0 where there is none, or no way to tell. */
function residentMB(pid: number): number {
  try {
    const found = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Math.round(Number(found ?? 0) / 100) / 10;
  } catch {
    return 0;
  }
}
