import { type CatalogueReport, fullCatalogueTopic, topicOf } from '@tillwire/contract';
import type { StoreCode } from '@tillwire/domain';
import {
  progressOf,
  REPORT_OUTLIVED_MS,
  type RollOutPlan,
  stepRollOut,
  type WantedMessage,
  wavesOf,
} from '../../src/index.ts';
import {
  checksumOfDelta,
  resultOf,
  signed,
  type SimDelta,
  type SimPart,
  UNSELLABLE,
} from './catalogue-documents.ts';
import type { World } from './world.ts';

/** What all stores sell, and what differs in some. */
export interface SimMenu {
  readonly content: string;
  readonly overrides: ReadonlyMap<string, string>;
}

interface Release {
  readonly id: number;
  readonly menu: SimMenu;
  readonly base: number;
  /** Null: at once. */
  readonly fromMs: number | null;
  /** What is scheduled on top of it. */
  readonly rider: { readonly menu: SimMenu; readonly base: number; readonly fromMs: number } | null;
  /** Its deltas name checksums that nothing comes to, as a bug would have it. */
  readonly spoilt: boolean;
  state: 'rolling-out' | 'halted' | 'complete' | 'superseded';
  waves: readonly (readonly string[])[];
  wavesTold: number;
  /** Somebody told a wave without waiting. */
  forced: boolean;
}

interface Told {
  readonly delta: SimDelta;
  readonly releaseId: number;
  readonly atMs: number;
}

/** What a commit keeps, and a restore takes back. */
interface Database {
  lastVersion: number;
  incarnation: number;
  fulls: Map<number, string>;
  releases: Release[];
  told: Map<string, Told>;
  reports: Map<string, { readonly report: CatalogueReport; readonly atMs: number }>;
  served: string[];
  mark: number;
}

export interface CatalogueOfficeOptions {
  readonly keepsVersions: boolean;
  readonly waitsForNobody: boolean;
  readonly isUp: (store: string) => boolean;
  /** Whether `store` ever came as far with `version` as it could. */
  readonly hasCome: (store: string, version: number) => boolean;
}

export interface SimPublish {
  readonly menu: SimMenu;
  readonly plan: RollOutPlan;
  readonly fromMs: number | null;
  readonly spoilt: boolean;
  readonly scheduled: 'rebase' | 'cancel';
}

const copyOf = (database: Database): Database => ({
  ...database,
  fulls: new Map(database.fulls),
  releases: database.releases.map((release) => ({ ...release })),
  told: new Map(database.told),
  reports: new Map(database.reports),
  served: [...database.served],
});

/** Head Office's releases and what it told each store: a small database, the real rules of rolling out. */
export type CatalogueOffice = ReturnType<typeof createSimOffice>;

export function createSimOffice(world: World, options: CatalogueOfficeOptions) {
  let database: Database = {
    lastVersion: 0,
    incarnation: 1,
    fulls: new Map(),
    releases: [],
    told: new Map(),
    reports: new Map(),
    served: [],
    mark: 0,
  };
  let backup = copyOf(database);
  /** Outside of the database: no restore takes it back. */
  let incarnation = 1;
  let published = 0;

  /** A hundred times slower than seconds: versions run ahead of the clock here. */
  const clock = (): number => Math.floor(world.nowMs() / 100_000);
  const mint = (): number => {
    const heard = [...database.reports.values()].map(
      ({ report }) => report.in_force?.catalog_version ?? 0,
    );
    database.lastVersion = Math.max(
      database.lastVersion + 1,
      clock() + 1,
      ...heard.map((v) => v + 1),
    );
    return database.lastVersion;
  };

  const baseOf = (content: string): number => {
    const newest = Math.max(0, ...database.fulls.keys());
    if (database.fulls.get(newest) === content) return newest;
    const version = mint();
    database.fulls.set(version, content);
    return version;
  };

  const partOf = (
    { menu, base }: { readonly menu: SimMenu; readonly base: number },
    store: string,
    spoilt: boolean,
  ): SimPart => {
    const override = menu.overrides.get(store) ?? '';
    return { base, override, checksum: spoilt ? 'spoilt' : resultOf(menu.content, override) };
  };

  const isScheduled = ({ fromMs }: { readonly fromMs: number | null }): boolean =>
    fromMs !== null && fromMs > world.nowMs();

  /** The part of what a store was told that is due. */
  const dueOf = ({ now, next }: SimDelta): SimPart =>
    next !== null && next.effectiveFromMs <= world.nowMs() ? next : now;

  const issue = (store: string, release: Release): void => {
    const { rider, spoilt } = release;
    const held = database.told.get(store);
    const own = partOf(release, store, spoilt);
    const ofRider = rider === null ? null : partOf(rider, store, false);
    let [now, next, fromMs] = [own, ofRider, rider?.fromMs ?? null];
    if (isScheduled(release) && held !== undefined) {
      [now, next, fromMs] = [plain(dueOf(held.delta)), own, release.fromMs];
    } else if (ofRider !== null && rider !== null && !isScheduled(rider)) {
      [now, next] = [ofRider, null];
    }
    tell(store, release.id, {
      kind: 'delta',
      store,
      version: mint(),
      now,
      next: next === null || fromMs === null ? null : { ...next, effectiveFromMs: fromMs },
    });
  };

  const tell = (store: string, releaseId: number, delta: SimDelta): void => {
    world.note(
      () => `${store} is told ${delta.version}: ${delta.now.checksum}, ${delta.next?.checksum}`,
    );
    database.told.set(store, { delta, releaseId, atMs: world.nowMs() });
    database.mark++;
  };

  const reissue = (store: string): void => {
    const held = database.told.get(store);
    if (held !== undefined) tell(store, held.releaseId, { ...held.delta, version: mint() });
  };

  const tellNextWave = (release: Release): void => {
    const wave = release.waves[release.wavesTold];
    if (wave === undefined) return;
    const [canaries] = release.waves;
    if (release.wavesTold === 1 && !release.forced) {
      for (const store of canaries ?? []) {
        const version = database.told.get(store)?.delta.version ?? 0;
        world.hold(
          options.hasCome(store, version),
          () =>
            `release ${release.id} goes on though its canary ${store} has not come to ${version}`,
        );
      }
    }
    release.wavesTold++;
    for (const store of wave) issue(store, release);
  };

  const stepRelease = (release: Release): void => {
    const at = release.wavesTold - 1;
    const wave = release.waves[at] ?? [];
    const told = wave.flatMap((store) => {
      const held = database.told.get(store);
      if (held === undefined) return [];
      const report = database.reports.get(store)?.report ?? null;
      return [
        {
          store: store as StoreCode,
          version: held.delta.version,
          toldAtMs: held.atMs,
          report,
          online: options.isUp(store),
        },
      ];
    });
    const scheduled = wave.some((store) => database.told.get(store)?.delta.next != null);
    const step = options.waitsForNobody
      ? { type: 'next-wave' as const }
      : stepRollOut(
          {
            told,
            isCanaryWave: at === 0 && release.waves.length > 1,
            isLastWave: at === release.waves.length - 1,
            scheduled,
          },
          world.nowMs(),
        );
    if (step.type === 'next-wave') {
      tellNextWave(release);
      if (options.waitsForNobody && release.wavesTold === release.waves.length)
        release.state = 'complete';
    } else if (step.type === 'complete') release.state = 'complete';
    else if (step.type === 'halt') {
      world.note(() => `release ${release.id} is halted: ${step.reason}`);
      release.state = 'halted';
    }
  };

  /** Who sells something else than all others, and is about to be told by no roll-out. */
  const tellStragglers = (): void => {
    const release = database.releases.findLast(
      (one) => one.state === 'complete' && !isScheduled(one),
    );
    if (release === undefined) return;
    const { rider, spoilt } = release;
    const due = rider !== null && !isScheduled(rider) ? rider : release;
    for (const store of database.served) {
      const held = database.told.get(store);
      const isOpen =
        held === undefined ||
        (held.releaseId < release.id &&
          dueOf(held.delta).checksum !== partOf(due, store, spoilt).checksum);
      if (isOpen) issue(store, release);
    }
  };

  const head = (): Release | undefined =>
    database.releases.findLast(({ state }) => state !== 'superseded');

  const add = (
    asked: Omit<SimPublish, 'scheduled' | 'plan'>,
    plan: RollOutPlan | null,
    rider: Release['rider'],
  ): void => {
    const release: Release = {
      id: database.releases.length + 1,
      menu: asked.menu,
      base: baseOf(asked.menu.content),
      fromMs: asked.fromMs,
      rider,
      spoilt: asked.spoilt,
      state: 'rolling-out',
      waves: [],
      wavesTold: 0,
      forced: false,
    };
    for (const older of database.releases) {
      if (older.state === 'rolling-out' || older.state === 'halted' || isScheduled(older))
        older.state = 'superseded';
    }
    database.releases.push(release);
    const stores = database.served.filter((store) => plan === null || wouldChange(store, release));
    release.waves = wavesOf(stores as StoreCode[], plan ?? { canaries: [], waveSize: null });
    world.note(
      () => `release ${release.id}: ${asked.menu.content}, waves ${JSON.stringify(release.waves)}`,
    );
    if (release.waves.length === 0) release.state = 'complete';
    else tellNextWave(release);
  };

  const wouldChange = (store: string, release: Release): boolean => {
    const held = database.told.get(store);
    if (held === undefined || release.rider !== null) return true;
    if (held.delta.next !== null && held.delta.next.effectiveFromMs > world.nowMs()) return true;
    return dueOf(held.delta).checksum !== partOf(release, store, release.spoilt).checksum;
  };

  /** Before anything else: what was issued under another incarnation is issued anew. */
  const settleIncarnation = (): void => {
    if (database.incarnation === incarnation || options.keepsVersions) return;
    database.incarnation = incarnation;
    database.lastVersion = Math.max(database.lastVersion, published);
    for (const store of database.told.keys()) reissue(store);
  };

  return {
    serve: (store: string) => {
      database.served.push(store);
    },
    publish: ({ scheduled, plan, ...asked }: SimPublish) => {
      const pending = head();
      const rides =
        pending !== undefined &&
        isScheduled(pending) &&
        asked.fromMs === null &&
        scheduled === 'rebase';
      const rider =
        !rides || pending?.fromMs == null
          ? null
          : {
              menu: { ...pending.menu, content: `${pending.menu.content}on${asked.menu.content}` },
              base: baseOf(`${pending.menu.content}on${asked.menu.content}`),
              fromMs: pending.fromMs,
            };
      add(asked, plan, rider);
    },
    rollBack: () => {
      const good = database.releases.filter(
        ({ state, spoilt, menu }) =>
          state === 'complete' && !spoilt && !menu.content.startsWith(UNSELLABLE),
      );
      const to = good[world.roll(Math.max(1, good.length))];
      if (to === undefined) return false;
      add({ menu: to.menu, fromMs: null, spoilt: false }, null, null);
      return true;
    },
    halt: () => {
      const rolling = database.releases.findLast(({ state }) => state === 'rolling-out');
      if (rolling !== undefined) rolling.state = 'halted';
    },
    resume: () => {
      const halted = database.releases.findLast(({ state }) => state === 'halted');
      if (halted === undefined) return;
      for (const store of halted.waves.slice(0, halted.wavesTold).flat()) {
        const version = database.told.get(store)?.delta.version ?? 0;
        const report = database.reports.get(store)?.report ?? null;
        const progress = progressOf({ version, report });
        if (progress !== 'applied' && progress !== 'staged') issue(store, halted);
      }
      halted.state = 'rolling-out';
    },
    advance: () => {
      const rolling = database.releases.findLast(({ state }) => state === 'rolling-out');
      if (rolling === undefined) return;
      rolling.forced = true;
      tellNextWave(rolling);
    },
    step: () => {
      for (const release of database.releases)
        if (release.state === 'rolling-out') stepRelease(release);
      tellStragglers();
    },
    hear: (report: CatalogueReport) => {
      const kept = database.reports.get(report.store_code);
      const isNews =
        kept === undefined ||
        kept.atMs < world.nowMs() - REPORT_OUTLIVED_MS ||
        kept.report.session < report.session ||
        (kept.report.session === report.session && kept.report.number < report.number);
      if (isNews) database.reports.set(report.store_code, { report, atMs: world.nowMs() });
    },
    outrun: (store: string, version: number) => {
      database.lastVersion = Math.max(database.lastVersion, version);
      reissue(store);
    },
    /** Before anybody can know of it. */
    remember: (version: number) => {
      published = Math.max(published, version);
    },
    told: (): ReadonlyMap<string, Told> => database.told,
    reports: () => database.reports,
    served: (): readonly string[] => database.served,
    mark: () => database.mark,
    backUp: () => {
      backup = copyOf(database);
    },
    restore: () => {
      world.note(() => 'Head Office is restored from its backup');
      const { served } = database;
      database = { ...copyOf(backup), served };
      incarnation++;
      settleIncarnation();
    },
    /** What the broker should retain, by topic. */
    wanted: (): ReadonlyMap<string, WantedMessage> => {
      const wanted = new Map<string, WantedMessage>();
      const named = new Set<number>([...database.fulls.keys()].sort((a, b) => b - a).slice(0, 2));
      for (const [store, { delta }] of database.told) {
        named.add(delta.now.base);
        if (delta.next !== null) named.add(delta.next.base);
        const { version } = delta;
        const checksum = checksumOfDelta(delta);
        wanted.set(topicOf('delta', store as StoreCode), {
          version,
          checksum,
          payload: signed(delta),
        });
      }
      for (const version of named) {
        const payload = signed({
          kind: 'full',
          version,
          content: database.fulls.get(version) ?? '',
        });
        wanted.set(fullCatalogueTopic(version), { version, checksum: payload, payload });
      }
      return wanted;
    },
    /** What each store should sell in the end, by the newest release that counts; null: none does. */
    intended: (): ReadonlyMap<string, string> | null => {
      const release = head();
      if (release === undefined) return null;
      const { menu } = release.rider ?? release;
      return new Map(
        database.served.map((store) => [
          store,
          resultOf(menu.content, menu.overrides.get(store) ?? ''),
        ]),
      );
    },
    newest: () => database.releases.at(-1),
    isGood: () => {
      const release = head();
      if (release === undefined || release.spoilt) return false;
      return ![release, release.rider].some((one) => one?.menu.content.startsWith(UNSELLABLE));
    },
  };
}

const plain = ({ base, override, checksum }: SimPart): SimPart => ({ base, override, checksum });
