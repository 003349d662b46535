import {
  canonicalText,
  type CatalogueDeltaMessage,
  catalogueReportSchema,
  contentOfCatalogue,
  deltaOfOverrides,
  type DeltaPart,
  type DocumentFault,
  documentFaultText,
  FULL_CATALOGUES,
  type FullCatalogue,
  readCatalogueDelta,
  readConfig,
  readFullCatalogue,
  topicOf,
  type TrustedKey,
  versionOfFullTopic,
} from '@tillwire/contract';
import { applyDelta, type StoreCode, utcInstant, validateCatalogue } from '@tillwire/domain';
import type { Clock, CrashPoint, Log, PublishOutcome } from '@tillwire/runtime';
import {
  type CatalogueEffect,
  type CatalogueEvent,
  type CatalogueMachine,
  type CatalogueStanding,
  createCatalogueMachine,
  DAMAGED_BASE,
  type PartName,
} from '@tillwire/sync';
import { type CatalogueStore, checksumOfText, factsOf } from '../store/catalogue-store.ts';
import type { ConfigStore } from '../store/config-store.ts';
import type { ErrorReport } from '../store/error-store.ts';

/** What the connection to the broker lets the catalogue do. */
export interface CatalogueLink {
  readonly publish: (topic: string, payload: string) => Promise<PublishOutcome>;
  /** Asks for everything retained once more. */
  readonly subscribeAgain: () => void;
  /** The connection's number; a later connection has a higher one. */
  readonly session: number;
}

export interface CatalogueLineDeps {
  readonly store: StoreCode;
  readonly trusted: readonly TrustedKey[];
  readonly catalogues: CatalogueStore;
  readonly configs: ConfigStore;
  readonly reportError: (report: ErrorReport) => Promise<void>;
  /** The database holds another catalogue or config than before. */
  readonly onChange: () => void;
  readonly clock: Clock;
  readonly log: Log;
  readonly crashPoint: CrashPoint;
}

/** The way down: what Head Office retains for this store, from wherever it comes. */
export interface CatalogueLine {
  readonly filters: readonly string[];
  readonly matches: (topic: string) => boolean;
  readonly receive: (topic: string, payload: Uint8Array) => Promise<void>;
  readonly up: (link: CatalogueLink) => Promise<void>;
  readonly down: () => Promise<void>;
  /** What is due, or has been awaited for too long. */
  readonly tick: () => Promise<void>;
  /** Reads everything retained again. */
  readonly resync: () => Promise<void>;
  readonly standing: () => Promise<CatalogueStanding>;
}

/** A standing is told again this often though nothing changed. */
const TELL_AGAIN_MS = 60_000;

export function createCatalogueLine(deps: CatalogueLineDeps): CatalogueLine {
  const { store, trusted, catalogues, clock, log, crashPoint } = deps;
  const [deltaTopic, configTopic] = [topicOf('delta', store), topicOf('config', store)];
  let machine: CatalogueMachine | null = null;
  let link: CatalogueLink | null = null;
  let told = 0;
  let toldAtMs = 0;
  /** Documents the machine is being told of. */
  let full: FullCatalogue | null = null;
  let delta: CatalogueDeltaMessage | null = null;
  let turn: Promise<unknown> = Promise.resolve();

  /** One event after the other: an effect's outcome is known before the next is looked at. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = turn.then(work);
    turn = done.catch(() => undefined);
    return done;
  };

  const handle = async (event: CatalogueEvent): Promise<CatalogueMachine> => {
    // One made anew has to hear that the line is up, and what it wants then is done as well.
    const queue: CatalogueEvent[] =
      machine === null && link !== null && event.type !== 'up' ? [{ type: 'up' }, event] : [event];
    try {
      const current = (machine ??= createCatalogueMachine(await catalogues.saved()));
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const at = { nowMs: clock.nowMs(), monotonicMs: clock.monotonicMs() };
        for (const effect of current.handle(next, at)) queue.push(...(await perform(effect)));
      }
      return current;
    } catch (error) {
      // What is on the disk is what counts: the next event begins from there.
      machine = null;
      throw error;
    }
  };

  const perform = async (effect: CatalogueEffect): Promise<readonly CatalogueEvent[]> => {
    switch (effect.type) {
      case 'keep-full':
        if (full?.catalog_version === effect.version) await catalogues.keepFull(full);
        return [];
      case 'drop-fulls':
        await catalogues.dropFulls(effect.versions);
        return [];
      case 'keep-delta':
        if (delta?.catalog_version === effect.version) await catalogues.keepDelta(delta);
        crashPoint('catalogue.delta-kept');
        return [];
      case 'stage':
        return stage(effect, effect.base);
      case 'switch': {
        crashPoint('catalogue.before-switch');
        const startMs = clock.monotonicMs();
        await catalogues.switchTo(effect, clock.nowMs());
        const tookMs = Math.round((clock.monotonicMs() - startMs) * 100) / 100;
        crashPoint('catalogue.after-switch');
        log.info({ catalogVersion: effect.version, part: effect.part, tookMs }, 'switched');
        deps.onChange();
        return [{ type: 'switched', version: effect.version, part: effect.part }];
      }
      case 'subscribe-anew':
        link?.subscribeAgain();
        return [];
      case 'report':
        tell(effect.standing);
        return [];
      case 'alert':
        log.warn({ code: effect.code, catalogVersion: effect.version }, effect.detail);
        await deps.reportError({
          code: effect.code,
          message: effect.detail.slice(0, 500),
          facts: { catalog_version: effect.version },
        });
        return [];
    }
  };

  const stage = async (name: PartName, base: number): Promise<readonly CatalogueEvent[]> => {
    const failed = (reason: string, detail: string): readonly CatalogueEvent[] => [
      { type: 'staging-failed', version: name.version, part: name.part, reason, detail },
    ];
    const document = await catalogues.delta();
    const part = name.part === 'now' ? document?.now : document?.next;
    if (document?.catalog_version !== name.version || part === undefined) {
      return failed('delta-gone', 'another delta took its place');
    }
    const made = await contentOf(part, base);
    if (made === null) return failed(DAMAGED_BASE, `full ${base}`);
    if (made.checksum !== part.checksum) {
      return failed('bad-result', `the result is ${made.checksum}, not ${part.checksum}`);
    }
    const [fault] = made.faults;
    if (fault !== undefined) return failed('bad-catalogue', `${fault.path}: ${fault.message}`);
    const { checksum, content, catalogue } = made;
    await catalogues.stage(name, { base, checksum, content, catalogue });
    crashPoint('catalogue.staged');
    const { version, part: which } = name;
    return [
      { type: 'verified', version, part: which },
      { type: 'staged', version, part: which },
    ];
  };

  const contentOf = async (part: DeltaPart, version: number) => {
    const base = await catalogues.base(version);
    if (base.type === 'damaged') return null;
    if (Object.keys(part.overrides).length === 0) {
      const { checksum, text: content, catalogue } = base;
      return { checksum, content, catalogue, faults: validateCatalogue(catalogue) };
    }
    const catalogue = applyDelta(base.catalogue, deltaOfOverrides(part.overrides));
    const content = canonicalText(contentOfCatalogue(catalogue));
    const checksum = checksumOfText(content);
    return { checksum, content, catalogue, faults: validateCatalogue(catalogue) };
  };

  const tell = ({ inForce, newest }: CatalogueStanding): void => {
    if (link === null) return;
    toldAtMs = clock.monotonicMs();
    const report = catalogueReportSchema.parse({
      store_code: store,
      at: utcInstant(clock.nowMs()),
      session: link.session,
      number: ++told,
      in_force: inForce === null ? null : { catalog_version: inForce.version, part: inForce.part },
      newest:
        newest === null
          ? null
          : {
              catalog_version: newest.version,
              state: newest.state,
              reason: newest.reason,
              detail: newest.detail.slice(0, 500),
            },
    });
    // Not waited for: a lost one is mended by the next.
    void link.publish(topicOf('catalogueReport', store), canonicalText(report));
  };

  const refused = async (
    kind: 'full' | 'delta',
    version: number | null,
    fault: DocumentFault,
  ): Promise<void> => {
    await handle({
      type: 'refused',
      kind,
      version,
      reason: fault.type,
      detail: documentFaultText(fault),
    });
  };

  const takeFull = async (topic: string, payload: Uint8Array): Promise<void> => {
    const read = readFullCatalogue(topic, payload, trusted);
    if (!read.ok) return refused('full', versionOfFullTopic(topic), read.error);
    full = read.value;
    await handle({ type: 'full', version: full.catalog_version, checksum: full.checksum });
    full = null;
  };

  const takeDelta = async (payload: Uint8Array): Promise<void> => {
    const read = readCatalogueDelta(store, payload, trusted);
    if (!read.ok) return refused('delta', claimedVersion(payload), read.error);
    delta = read.value;
    await handle({ type: 'delta', delta: factsOf(delta) });
    delta = null;
  };

  const takeConfig = async (payload: Uint8Array): Promise<void> => {
    const read = readConfig(store, payload, trusted);
    const alarm = async (code: string, message: string): Promise<void> => {
      log.warn({ code }, message);
      await deps.reportError({ code, message: message.slice(0, 500), facts: {} });
    };
    if (!read.ok) {
      const why = documentFaultText(read.error);
      return alarm('config-refused', `a config was refused, ${read.error.type}: ${why}`);
    }
    const { config_version: version, checksum, flags, pricing, limits, day } = read.value;
    const config = { flags, pricing, limits, day };
    const outcome = await deps.configs.keep({ version, checksum, config });
    if (outcome === 'kept') {
      log.info({ configVersion: version }, 'config applied');
      deps.onChange();
    } else if (outcome === 'forked') {
      await alarm('config-forked', `another config came under version ${version}; the first stays`);
    }
  };

  return {
    filters: [deltaTopic, configTopic, FULL_CATALOGUES],
    matches: (topic) =>
      topic === deltaTopic || topic === configTopic || versionOfFullTopic(topic) !== null,
    receive: (topic, payload) =>
      inTurn(async () => {
        if (payload.length === 0) await handle({ type: 'cleared' });
        else if (topic === deltaTopic) await takeDelta(payload);
        else if (topic === configTopic) await takeConfig(payload);
        else await takeFull(topic, payload);
      }),
    up: (next) =>
      inTurn(async () => {
        link = next;
        told = 0;
        await handle({ type: 'up' });
      }),
    down: () =>
      inTurn(async () => {
        link = null;
        await handle({ type: 'down' });
      }),
    tick: () =>
      inTurn(async () => {
        const current = await handle({ type: 'tick' });
        if (link === null || clock.monotonicMs() - toldAtMs < TELL_AGAIN_MS) return;
        tell(current.standing());
      }),
    resync: () =>
      inTurn(async () => {
        await handle({ type: 'resync' });
      }),
    standing: () => inTurn(async () => (await handle({ type: 'tick' })).standing()),
  };
}

/** The version an unbelieved document claims, if it can be read that far. */
function claimedVersion(payload: Uint8Array): number | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(payload).toString('utf8'));
    const version =
      typeof value === 'object' && value !== null && 'catalog_version' in value
        ? value.catalog_version
        : null;
    return typeof version === 'number' && Number.isSafeInteger(version) && version > 0
      ? version
      : null;
  } catch {
    return null;
  }
}
