import {
  type CatalogueReport,
  canonicalText,
  contentChecksum,
  contentOfCatalogue,
  DEFAULT_STORE_CONFIG,
  type DeltaContent,
  fullCatalogueTopic,
  generateSigningKeyPem,
  overridesOfDelta,
  publicPemOf,
  signCatalogueDelta,
  signConfig,
  signFullCatalogue,
  signingKeyFromPem,
  type SigningKey,
  topicOf,
  trustedKeyFromPem,
} from '@tillwire/contract';
import {
  type Catalogue,
  DEFAULT_DAY_RULES,
  deltaBetween,
  productCode,
  storeCode,
  utcInstant,
} from '@tillwire/domain';
import { createLog, systemIds } from '@tillwire/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { catalogue, prices, product } from '../../../../packages/domain/test/builders.ts';
import { type CatalogueStore, createCatalogueStore } from '../store/catalogue-store.ts';
import { createConfigStore } from '../store/config-store.ts';
import { type KioskDatabase, openKioskDatabase } from '../store/database.ts';
import { databases, type TestDatabase } from '../test/databases.ts';
import { type CatalogueLine, createCatalogueLine } from './line.ts';
import { createShopRules, type ShopRules } from './shop-rules.ts';

const [key, stranger] = [1, 2].map(() => signingKeyFromPem(generateSigningKeyPem())) as [
  SigningKey,
  SigningKey,
];
const STORE = storeCode('S03');
const MONDAY_MS = 1_800_000_000_000;
const log = createLog('test', 'silent');

const menu = catalogue([product(5, 505), product(30, 130)]);
const priced = (price: number): Catalogue => ({
  ...menu,
  products: menu.products.map((one) =>
    one.code === productCode(5) ? { ...one, prices: prices(price) } : one,
  ),
});
const partOf = (base: number, result: Catalogue, of = menu): DeltaContent['now'] => ({
  base_version: base,
  overrides: overridesOfDelta(deltaBetween(of, result)),
  checksum: contentChecksum(contentOfCatalogue(result)),
});
const deltaContent = (version: number, now: DeltaContent['now'], next?: DeltaContent['next']) => ({
  store_code: STORE,
  catalog_version: version,
  now,
  ...(next === undefined ? {} : { next }),
});
const text = (message: object): Buffer => Buffer.from(canonicalText(message));

describe.each(databases)('The catalogue of a kiosk on $name', ({ open }) => {
  let database: TestDatabase;
  let db: KioskDatabase;
  let line: CatalogueLine;
  let rules: ShopRules;
  let nowMs: number;
  let monotonicMs: number;
  let reports: CatalogueReport[];
  let alarms: string[];
  let again: number;
  const clock = { nowMs: () => nowMs, monotonicMs: () => monotonicMs };

  /** What stands between the line and its database. */
  let between: (catalogues: CatalogueStore) => CatalogueStore;

  const start = async (): Promise<void> => {
    const stores = { catalogues: createCatalogueStore(db), configs: createConfigStore(db) };
    rules = createShopRules({ ...stores, fallback: null, day: DEFAULT_DAY_RULES, clock, log });
    line = createCatalogueLine({
      ...stores,
      catalogues: between(stores.catalogues),
      store: STORE,
      trusted: [trustedKeyFromPem(publicPemOf(key))],
      reportError: ({ code }) => {
        alarms.push(code);
        return Promise.resolve();
      },
      onChange: () => undefined,
      clock,
      log,
      crashPoint: () => undefined,
    });
    await line.up({
      session: 1,
      subscribeAgain: () => again++,
      publish: (_, payload) => {
        reports.push(JSON.parse(payload) as CatalogueReport);
        return Promise.resolve('accepted');
      },
    });
  };

  beforeEach(async () => {
    database = await open();
    [nowMs, monotonicMs, reports, alarms, again] = [MONDAY_MS - 1_000_000, 0, [], [], 0];
    between = (catalogues) => catalogues;
    db = await openKioskDatabase(database.address, { store: STORE, clock, ids: systemIds });
    await start();
  });
  afterEach(async () => {
    await db.destroy();
    await database.drop();
  });

  const full = (version: number, content = menu, keys = [key]) =>
    line.receive(
      fullCatalogueTopic(version),
      text(signFullCatalogue(version, contentOfCatalogue(content), keys)),
    );
  const send = (payload: Buffer) => line.receive(topicOf('delta', STORE), payload);
  const delta = (content: DeltaContent) => send(text(signCatalogueDelta(content, [key])));
  const last = () => reports.at(-1)?.newest;
  const price = async (): Promise<number | undefined> => {
    await rules.refresh();
    const inForce = rules.catalogue.current();
    return inForce?.index.products.get(5)?.prices[0];
  };
  const version = () => rules.catalogue.current()?.version;

  /** Sells at 505 by version 101. */
  const selling = async (): Promise<void> => {
    await full(100);
    await delta(deltaContent(101, partOf(100, menu)));
    expect([await price(), version()]).toEqual([505, 101]);
    reports.length = 0;
  };

  it('cold start: from nothing but what is retained, in either order, it sells', async () => {
    expect(await price()).toBeUndefined();
    await delta(deltaContent(101, partOf(100, priced(525))));
    expect(last()).toMatchObject({ state: 'waiting', reason: 'base-missing' });
    await full(100);
    expect([await price(), version()]).toEqual([525, 101]);
    expect(last()).toMatchObject({ catalog_version: 101, state: 'applied' });
    expect(reports.map(({ newest }) => newest?.state ?? null)).toEqual([
      null,
      'waiting',
      'received',
      'verified',
      'staged',
      'applied',
    ]);
  });

  it('tells its listeners of a switch once', async () => {
    const heard: number[] = [];
    rules.catalogue.subscribe((inForce) => heard.push(inForce.version));
    await selling();
    await price();
    await delta(deltaContent(102, partOf(100, priced(525))));
    await price();
    expect(heard).toEqual([101, 102]);
  });

  const good = deltaContent(105, partOf(100, priced(599)));
  const goodText = text(signCatalogueDelta(good, [key]));
  it.each<[string, string | null, Buffer]>([
    ['tampered', 'bad-signature', Buffer.from(goodText.toString().replace('599', '199'))],
    ['truncated', 'not-json', goodText.subarray(0, goodText.length - 40)],
    ['unsigned', 'unsigned', text({ ...signCatalogueDelta(good, [key]), signatures: [] })],
    ['signed by an unknown key', 'unknown-key', text(signCatalogueDelta(good, [stranger]))],
    [
      'of another store',
      'bad-signature',
      text(signCatalogueDelta({ ...good, store_code: 'S04' }, [key])),
    ],
    [
      'whose result is not what it says',
      'bad-result',
      text(
        signCatalogueDelta(deltaContent(105, { ...partOf(100, priced(599)), overrides: {} }), [
          key,
        ]),
      ),
    ],
    [
      'naming the wrong base',
      'bad-result',
      text(signCatalogueDelta(deltaContent(105, partOf(99, priced(599))), [key])),
    ],
    [
      'that cannot be sold from',
      'bad-catalogue',
      text(signCatalogueDelta(deltaContent(105, partOf(100, { ...menu, products: [] })), [key])),
    ],
    ['empty of meaning', 'unsigned', Buffer.from('{}')],
    ['not text at all', 'not-utf8', Buffer.from([0xff, 0xfe, 0x00])],
  ])('a delta %s is refused as %s, and the shop sells on', async (_, reason, payload) => {
    await full(99, catalogue([product(5, 111), product(30, 130), product(31, 180)]));
    await selling();
    await send(payload);
    expect([await price(), version()]).toEqual([505, 101]);
    expect(last()).toMatchObject({ state: 'refused', reason });
    expect(alarms).toContain('catalogue-refused');
    // And what is right is taken afterwards.
    await delta(deltaContent(106, partOf(100, priced(610))));
    expect([await price(), version()]).toEqual([610, 106]);
  });

  it.each<[string, Buffer]>([
    [
      'tampered',
      Buffer.from(
        text(signFullCatalogue(100, contentOfCatalogue(menu), [key]))
          .toString()
          .replace('505', '105'),
      ),
    ],
    [
      'half-delivered',
      text(signFullCatalogue(100, contentOfCatalogue(menu), [key])).subarray(0, 500),
    ],
    [
      'signed by an unknown key',
      text(signFullCatalogue(100, contentOfCatalogue(menu), [stranger])),
    ],
  ])(
    'a full %s is no base: the delta waits, and a minute later all is asked for again',
    async (_, payload) => {
      await line.receive(fullCatalogueTopic(100), payload);
      await delta(deltaContent(101, partOf(100, menu)));
      expect(await price()).toBeUndefined();
      expect(last()).toMatchObject({ state: 'waiting' });
      monotonicMs = 60_000;
      await line.tick();
      monotonicMs = 120_001;
      await line.tick();
      expect(again).toBeGreaterThanOrEqual(1);
      await full(100);
      expect(await price()).toBe(505);
    },
  );

  it('an older delta, the same again and a cleared message change nothing', async () => {
    await selling();
    await full(90, priced(1));
    await delta(deltaContent(95, partOf(90, priced(1), priced(1))));
    await delta(deltaContent(101, partOf(100, menu)));
    await send(Buffer.alloc(0));
    await line.receive(fullCatalogueTopic(100), Buffer.alloc(0));
    expect([await price(), version()]).toEqual([505, 101]);
    expect([reports, alarms]).toEqual([[], []]);
  });

  it('an equal version with other content raises the alarm, and the first stays', async () => {
    await selling();
    await delta(deltaContent(101, partOf(100, priced(1))));
    await full(100, priced(1));
    expect(alarms).toEqual(['catalogue-forked', 'catalogue-forked']);
    expect(await price()).toBe(505);
  });

  it('five fulls retained at once: the one its delta names is run', async () => {
    for (const one of [104, 102, 100, 103, 101]) await full(one, priced(one));
    await delta(deltaContent(110, partOf(102, priced(102), priced(102))));
    expect([await price(), version()]).toEqual([102, 110]);
  });

  describe('with a change scheduled for Monday', () => {
    const scheduled = deltaContent(103, partOf(100, menu), {
      ...partOf(102, priced(600), priced(600)),
      effective_from: utcInstant(MONDAY_MS),
    });
    beforeEach(async () => {
      await selling();
      await full(102, priced(600));
      await delta(scheduled);
      await line.down();
    });

    it('switches on time with the line down, by the timer of the sync worker', async () => {
      expect([await price(), version()]).toEqual([505, 103]);
      nowMs = MONDAY_MS;
      await line.tick();
      expect([await price(), version()]).toEqual([600, 103]);
    });

    it('or of whichever process looks first, the others following', async () => {
      nowMs = MONDAY_MS;
      expect(await price()).toBe(600);
      await line.tick();
      expect((await line.standing()).inForce).toEqual({ version: 103, part: 'next' });
    });

    it('after a restart in between, and not back again when the clock goes back', async () => {
      await start();
      nowMs = MONDAY_MS;
      await line.tick();
      nowMs = MONDAY_MS - 500_000;
      await line.tick();
      await start();
      await line.tick();
      expect(await price()).toBe(600);
    });

    it('unless a higher version came meanwhile', async () => {
      await delta(deltaContent(104, partOf(100, priced(510))));
      nowMs = MONDAY_MS;
      await line.tick();
      expect([await price(), version()]).toEqual([510, 104]);
    });
  });

  it('goes on where it was after a restart, without hearing anything again', async () => {
    await selling();
    await start();
    expect([await price(), version()]).toEqual([505, 101]);
    await delta(deltaContent(102, partOf(100, priced(525))));
    expect([await price(), version()]).toEqual([525, 102]);
  });

  it.each(['keepFull', 'keepDelta', 'stage', 'switchTo'] as const)(
    'goes on by itself after its database failed it once at %s',
    async (step) => {
      await line.down();
      let fails = true;
      between = (catalogues) => ({
        ...catalogues,
        [step]: (...args: never[]) => {
          if (!fails) return (catalogues[step] as (...args: never[]) => Promise<void>)(...args);
          fails = false;
          return Promise.reject(new Error('the database is busy'));
        },
      });
      await start();
      const retained = async (): Promise<void> => {
        await full(100);
        await delta(deltaContent(101, partOf(100, menu)));
      };
      await expect(retained()).rejects.toThrow('busy');
      // What was not taken comes again with the next connection; what was needs nothing more.
      if (step.startsWith('keep')) await retained();
      else await line.tick();
      expect([await price(), version()]).toEqual([505, 101]);
    },
  );

  it('does not build on a base that its disk has spoilt, and asks for it again', async () => {
    await selling();
    await db
      .updateTable('catalogue_fulls')
      .set((eb) => ({ content: eb.fn<string>('replace', ['content', eb.val('505'), eb.val('5')]) }))
      .execute();
    await delta(deltaContent(102, partOf(100, priced(525))));
    expect(last()).toMatchObject({ state: 'waiting' });
    expect(await price()).toBe(505);
    await full(100);
    expect(await price()).toBe(525);
  });

  it('takes a config live: what sells, the day, the limits; an older or foreign one never', async () => {
    const config = (store: typeof STORE, number: number, cheques: boolean) =>
      line.receive(
        topicOf('config', STORE),
        text(
          signConfig(
            {
              store,
              version: number,
              config: {
                ...DEFAULT_STORE_CONFIG,
                flags: { ...DEFAULT_STORE_CONFIG.flags, cheques },
                pricing: { channels_off: ['DV-D'], band_by_channel: { 'OT-C': 2 } },
                day: { ...DEFAULT_STORE_CONFIG.day, rollover: '05:30' },
              },
            },
            [key],
          ),
        ),
      );
    expect(rules.tillRules().configVersion).toBeNull();
    expect(rules.day.rolloverMinutes).toBe(240);
    await config(STORE, 7, true);
    await rules.refresh();
    expect(rules.tillRules()).toMatchObject({ configVersion: 7, rules: { cheques: true } });
    expect(rules.tillRules().rules.channelsOff.has('DV-D')).toBe(true);
    expect(rules.tillRules().rules.bandByChannel.get('OT-C')).toBe(2);
    expect(rules.day.rolloverMinutes).toBe(330);
    await config(STORE, 6, false);
    await config(storeCode('S04'), 9, false);
    await rules.refresh();
    expect(rules.tillRules()).toMatchObject({ configVersion: 7, rules: { cheques: true } });
    await config(STORE, 7, false);
    expect(alarms).toEqual(['config-refused', 'config-forked']);
  });
});
