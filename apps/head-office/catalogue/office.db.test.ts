import { join } from 'node:path';
import { canonicalText, DEFAULT_STORE_CONFIG } from '@tillwire/contract';
import { type CatalogueDelta, productCode, storeCode, utcInstant } from '@tillwire/domain';
import { type Problem, systemIds } from '@tillwire/runtime';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createCommandDesk } from '../fleet/commands.ts';
import { createConfigDesk } from '../fleet/config.ts';
import { keepReport } from '../store/catalogue-store.ts';
import { answerCommand, expireCommands, openCommands } from '../store/command-store.ts';
import type { Database } from '../store/database.ts';
import { registerStore } from '../store/fleet-store.ts';
import { headOfficeDatabase } from '../test/head-office-database.ts';
import { catalogueOf } from './menu.ts';
import { type CatalogueOffice, createCatalogueOffice } from './office.ts';
import { reissueAfterRestore } from './reissuing.ts';
import { createWantedSet } from './wanted.ts';

const SAMPLE_MENU = join(import.meta.dirname, '../../../sample-menu');
const STORES = ['S01', 'S02', 'S03'].map(storeCode);
const [s01, s02, s03] = STORES as [(typeof STORES)[0], (typeof STORES)[0], (typeof STORES)[0]];
const AT_ONCE = { canaries: [], waveSize: null };
const NOON_MS = 1_800_000_000_000;
const DAY_MS = 86_400_000;

describe('The catalogue office', () => {
  let db: Database;
  let drop: () => Promise<void>;
  let office: CatalogueOffice;
  let nowMs = NOON_MS;
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };

  beforeAll(async () => {
    ({ db, drop } = await headOfficeDatabase());
    office = createCatalogueOffice({ db, clock });
    for (const store of STORES) await registerStore(db, { store, name: '', atMs: nowMs });
  });
  afterAll(() => drop());
  beforeEach(async () => {
    await db.query(
      `TRUNCATE catalogue_releases, catalogue_drafts, catalogue_fulls, catalogue_deltas, catalogue_reports,
         store_configs, store_commands, heartbeats`,
    );
    nowMs = NOON_MS;
  });

  const imported = async (target: 'base' | typeof s01 = 'base', draftId: number | null = null) =>
    (
      await office.drafts.importSet({
        draftId,
        source: { path: SAMPLE_MENU },
        shop: 1,
        target,
        by: 'ann',
      })
    ).draft.draftId;
  const publish = async (draftId: number, rest: object = {}) =>
    office.publishing.publish({
      draftId,
      revision: (await office.drafts.read(draftId)).revision,
      note: '',
      by: 'ann',
      plan: AT_ONCE,
      effectiveFromMs: null,
      ...rest,
    });
  const priced = async (
    price: number,
    { target = 'base', from }: { target?: 'base' | typeof s01; from?: number } = {},
  ): Promise<number> => {
    const { draftId, revision } = await office.drafts.create({
      name: '',
      by: 'ann',
      ...(from === undefined ? {} : { from }),
    });
    const { products } = await office.drafts.catalogue(draftId, target);
    const set = products
      .filter(({ code }) => code === productCode(5))
      .map((product) => ({ ...product, prices: product.prices.map(() => price) }));
    const edit = { products: { set, remove: [] } } as unknown as CatalogueDelta;
    await office.drafts.edit({ draftId, revision, target, edit, by: 'ann' });
    return draftId;
  };
  /** The stores say that they did what they were told. */
  const obey = async (state: 'applied' | 'staged' | 'refused', only = STORES): Promise<void> => {
    for (const { store, told } of await office.standing()) {
      if (told === null || !only.includes(store)) continue;
      nowMs += 1;
      await keepReport(
        db,
        {
          store_code: store,
          at: utcInstant(nowMs),
          session: 1,
          number: nowMs,
          in_force: state === 'applied' ? { catalog_version: told.version, part: 'now' } : null,
          newest: { catalog_version: told.version, state, reason: null, detail: '' },
        },
        nowMs,
      );
    }
    await office.publishing.step();
  };
  const told = async () => (await office.standing()).map((one) => one.told?.version ?? null);
  const code = (work: Promise<unknown>) =>
    work.then(
      () => 'done',
      (problem: Problem) => problem.code,
    );

  it('versions are above now, the last, and every heartbeat’s', async () => {
    await db.query('INSERT INTO heartbeats (store, received_at, payload) VALUES ($1, now(), $2)', [
      s01,
      { catalog_version: 2_000_000_000, config_version: 2_100_000_000 },
    ]);
    const { baseVersion } = await publish(await imported());
    expect(baseVersion).toBe(2_000_000_001);
    expect(await told()).toEqual([2_000_000_002, 2_000_000_003, 2_000_000_004]);
    await createConfigDesk({ db, clock }).change({
      stores: [s01],
      patch: { flags: { cheques: true } },
      note: '',
      by: 'ann',
    });
    expect((await createConfigDesk({ db, clock }).list())[0]?.version).toBe(2_100_000_001);
  });

  it('a change for one shop tells that shop only; nothing changed tells nobody', async () => {
    await publish(await imported());
    await obey('applied');
    const before = await told();
    await publish(await priced(600, { target: s02 }));
    const after = await told();
    expect([after[0], after[2]]).toEqual([before[0], before[2]]);
    expect(after[1]).toBeGreaterThan(before[1] ?? 0);
    const { draftId } = await office.drafts.create({ name: '', by: 'ann' });
    expect((await publish(draftId)).state).toBe('complete');
    expect(await told()).toEqual(after);
  });

  it('tells what a draft changes in words and money', async () => {
    await publish(await imported());
    const [base] = await office.drafts.diff(await priced(599));
    expect(base?.words[0]).toMatch(/^product 5 .*price in band 1 £\d\.\d\d → £5\.99/);
  });

  it('refuses a draft with faults, naming each; a stale revision; an outdated draft, until it is rebased', async () => {
    await publish(await imported());
    const { draftId, revision } = await office.drafts.create({ name: '', by: 'ann' });
    const edit = { products: { set: [], remove: [30] } } as CatalogueDelta;
    await office.drafts.edit({ draftId, revision, target: 'base', edit, by: 'ann' });
    await expect(publish(draftId)).rejects.toMatchObject({ code: 'catalogue-faults' });
    expect((await office.drafts.faults(draftId)).length).toBeGreaterThan(0);
    expect(
      await code(office.drafts.edit({ draftId, revision, target: 'base', edit, by: 'bob' })),
    ).toBe('draft-changed');
    const [mine, theirs] = [await priced(601), await priced(602, { target: s03 })];
    await publish(theirs);
    expect(await code(publish(mine))).toBe('draft-outdated');
    await office.drafts.rebase({ draftId: mine, by: 'ann' });
    const release = await publish(mine);
    const menu = await office.menu(release.releaseId);
    expect(menu.shops.has(s03)).toBe(true);
  });

  it('waves: canaries, then others; a refusal halts; resumed it goes on; a rollback reaches all', async () => {
    const first = await publish(await imported());
    await obey('applied');
    const before = await told();
    const plan = { canaries: [s03], waveSize: 1 };
    const { releaseId } = await publish(await priced(700), { plan });
    const state = async () => (await office.release(releaseId)).state;
    expect((await told()).slice(0, 2)).toEqual(before.slice(0, 2));
    await obey('refused', [s03]);
    expect(await state()).toBe('halted');
    await obey('applied', [s03]);
    expect((await told()).slice(0, 2)).toEqual(before.slice(0, 2));
    await office.publishing.resume(releaseId);
    for (let wave = 0; wave < 3; wave++) await obey('applied');
    expect(await state()).toBe('complete');
    const middle = await told();
    await office.publishing.rollBack({ to: first.releaseId, note: '', by: 'ann' });
    expect((await told()).every((version, at) => (version ?? 0) > (middle[at] ?? 0))).toBe(true);
    expect(
      await office.diff(first.releaseId, (await office.releases(1))[0]?.releaseId ?? 0),
    ).toEqual([]);
  });

  it('an edit between approval and publishing is not published, and nothing is lost', async () => {
    await publish(await imported());
    await obey('applied');
    const before = await told();
    const draftId = await priced(700);
    const approved = (await office.drafts.read(draftId)).revision;
    const { products } = await office.drafts.catalogue(draftId, 'base');
    const set = products.slice(0, 1).map((product) => ({ ...product, available: false }));
    const edit: CatalogueDelta = { products: { set, remove: [] } };
    await office.drafts.edit({ draftId, revision: approved, target: 'base', edit, by: 'bob' });
    expect(await code(publish(draftId, { revision: approved }))).toBe('draft-changed');
    expect(await told()).toEqual(before);
    expect((await office.drafts.read(draftId)).revision).toBe(approved + 1);
  });

  it('an edit and publishing at once: one of them finds the draft changed or gone', async () => {
    await publish(await imported());
    await obey('applied');
    for (let round = 0; round < 5; round++) {
      const draftId = await priced(700 + round);
      const { revision } = await office.drafts.read(draftId);
      const edit: CatalogueDelta = { products: { set: [], remove: [productCode(83)] } };
      const outcomes = await Promise.all([
        code(office.drafts.edit({ draftId, revision, target: 'base', edit, by: 'bob' })),
        code(publish(draftId, { revision })),
      ]);
      expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(1);
      await obey('applied');
    }
  });

  it('resumed, a store that refused is told again, under a new version and what the release says', async () => {
    await publish(await imported());
    await obey('applied');
    const plan = { canaries: [s03], waveSize: null };
    const { releaseId } = await publish(await priced(700), { plan });
    const [spoilt] = await office.history(s03, 1);
    await db.query(
      `UPDATE catalogue_deltas SET document = jsonb_set(document, '{now,checksum}', '"spoilt"')
       WHERE catalog_version = $1`,
      [spoilt?.version],
    );
    await obey('refused', [s03]);
    await office.publishing.resume(releaseId);
    const [anew] = await office.history(s03, 1);
    expect(anew?.version).toBeGreaterThan(spoilt?.version ?? 0);
    expect(anew?.document.now).toEqual(spoilt?.document.now);
    await office.publishing.step();
    expect((await office.release(releaseId)).state).toBe('rolling-out');
    await obey('applied', [s03]);
    await obey('applied');
    expect((await office.release(releaseId)).state).toBe('complete');
  });

  it('a fix while something is scheduled rebases or cancels it, as the editor says', async () => {
    const first = await publish(await imported());
    await obey('applied');
    const monday = NOON_MS + DAY_MS;
    const scheduled = await publish(await priced(800), { effectiveFromMs: monday });
    await obey('staged');
    expect((await office.release(scheduled.releaseId)).state).toBe('complete');
    const fix = await priced(555, { target: s02, from: first.releaseId });
    expect(await code(publish(fix))).toBe('scheduled-pending');
    await publish(fix, { scheduled: 'rebase' });
    const [newest] = await office.history(s02, 1);
    expect(newest?.document.next?.effective_from).toBe(utcInstant(monday));
    expect((await office.release(scheduled.releaseId)).state).toBe('cancelled');
    await obey('staged');
    nowMs = monday;
    expect(await office.releaseOf(s02)).toBe(newest?.nextReleaseId);
    const after = await office.menu(newest?.nextReleaseId ?? 0);
    expect(after.base.products.find(({ code: own }) => own === 5)?.prices[0]).toBe(800);
    // The second shop's own price stays its own.
    expect(catalogueOf(after, s02).products.find(({ code: own }) => own === 5)?.prices[0]).toBe(
      555,
    );
  });

  it('two changes cannot both be scheduled: the second cancels the first, or is not scheduled', async () => {
    const first = await publish(await imported());
    await obey('applied');
    await publish(await priced(800), { effectiveFromMs: NOON_MS + DAY_MS });
    await obey('staged');
    const second = await priced(555, { from: first.releaseId });
    const effectiveFromMs = NOON_MS + 2 * DAY_MS;
    expect(await code(publish(second, { scheduled: 'rebase', effectiveFromMs }))).toBe(
      'one-scheduled-change',
    );
    const { releaseId } = await publish(second, { scheduled: 'cancel', effectiveFromMs });
    await obey('staged');
    nowMs = NOON_MS + DAY_MS;
    expect(await office.releaseOf(s01)).toBe(first.releaseId);
    nowMs = effectiveFromMs;
    expect(await office.releaseOf(s01)).toBe(releaseId);
  });

  it('a wave asked for twice at once is told once', async () => {
    await publish(await imported());
    await obey('applied');
    const plan = { canaries: [s01], waveSize: 1 };
    const { releaseId, wavesTold } = await publish(await priced(600), { plan });
    const { advance } = office.publishing;
    const asked = [code(advance(releaseId, wavesTold)), code(advance(releaseId, wavesTold))];
    expect((await Promise.all(asked)).toSorted()).toEqual(['done', 'roll-out-moved']);
    expect(await office.release(releaseId)).toMatchObject({ wavesTold: wavesTold + 1 });
  });

  it('publishing, scheduling, taking back, halting, going on and stepping at once come one after the other', async () => {
    const first = await publish(await imported());
    await obey('applied');
    const refusals = new Set([
      'done',
      'draft-outdated',
      'scheduled-pending',
      'one-scheduled-change',
      'wrong-release-state',
      'roll-out-moved',
      'unknown-draft',
    ]);
    for (let round = 1; round <= 6; round++) {
      const before = await told();
      const [newest] = await office.releases(1);
      const id = newest?.releaseId ?? 0;
      const [one, two] = [await priced(600 + round), await priced(700 + round, { target: s02 })];
      const plan = { canaries: [s03], waveSize: 1 };
      const outcomes = await Promise.all([
        code(publish(one, { plan })),
        code(publish(one)),
        code(publish(two, { effectiveFromMs: nowMs + DAY_MS, scheduled: 'cancel' })),
        code(office.publishing.rollBack({ to: first.releaseId, note: '', by: 'bob' })),
        code(office.publishing.halt(id, 'by hand')),
        code(office.publishing.resume(id)),
        code(office.publishing.advance(id, newest?.wavesTold ?? 0)),
        code(office.publishing.step()),
        code(office.publishing.step()),
      ]);
      expect(outcomes.filter((outcome) => !refusals.has(outcome))).toEqual([]);
      const after = await told();
      expect(after.every((version, at) => (version ?? 0) >= (before[at] ?? 0))).toBe(true);
      const rolling = (await office.releases(50)).filter(({ state }) => state === 'rolling-out');
      expect(rolling.filter(({ ridesOn }) => ridesOn === null).length).toBeLessThanOrEqual(1);
    }
    const last = await office.publishing.rollBack({ to: first.releaseId, note: '', by: 'ann' });
    await obey('applied');
    expect(await Promise.all(STORES.map((store) => office.releaseOf(store)))).toEqual(
      STORES.map(() => last.releaseId),
    );
    const versions = (await Promise.all(STORES.map((store) => office.history(store, 500)))).flat();
    expect(new Set(versions.map(({ version }) => version)).size).toBe(versions.length);
  });

  it('a fix that cancels leaves nothing scheduled anywhere', async () => {
    const first = await publish(await imported());
    await obey('applied');
    await publish(await priced(800), { effectiveFromMs: NOON_MS + DAY_MS });
    await obey('staged');
    await publish(await priced(555, { target: s02, from: first.releaseId }), {
      scheduled: 'cancel',
    });
    for (const store of STORES) {
      expect((await office.history(store, 1))[0]?.document.next).toBeUndefined();
    }
  });

  it('a shop provisioned later gets what the others have', async () => {
    await publish(await imported());
    await obey('applied');
    const s04 = storeCode('S04');
    await registerStore(db, { store: s04, name: '', atMs: nowMs });
    await office.publishing.step();
    expect((await office.standing()).find(({ store }) => store === s04)?.told).not.toBeNull();
    await db.query("DELETE FROM stores WHERE store = 'S04'");
  });

  it('a shop provisioned while a roll-out is on its way comes after it', async () => {
    await publish(await imported());
    await obey('applied');
    const { releaseId } = await publish(await priced(700), {
      plan: { canaries: [s01], waveSize: null },
    });
    const s04 = storeCode('S04');
    await registerStore(db, { store: s04, name: '', atMs: nowMs });
    const all = [...STORES, s04];
    for (let round = 0; round < 3; round++) await obey('applied', all);
    expect((await office.release(releaseId)).state).toBe('complete');
    expect(await office.releaseOf(s04)).toBe(releaseId);
    const before = await told();
    await obey('applied', all);
    expect(await told()).toEqual(before);
    await db.query("DELETE FROM stores WHERE store = 'S04'");
  });

  it('a shop provisioned anew gets what was published meanwhile', async () => {
    await publish(await imported());
    await obey('applied');
    await db.query("UPDATE stores SET revoked_at = now() WHERE store = 'S03'");
    const { releaseId } = await publish(await priced(700));
    await obey('applied');
    await db.query("UPDATE stores SET revoked_at = NULL WHERE store = 'S03'");
    await office.publishing.step();
    expect(await office.releaseOf(s03)).toBe(releaseId);
  });

  it('a wave told after the moment of what rides on its release is told that', async () => {
    const first = await publish(await imported());
    await obey('applied');
    await publish(await priced(800), { effectiveFromMs: NOON_MS + DAY_MS });
    await obey('staged');
    const fix = await priced(555, { target: s02, from: first.releaseId });
    const plan = { canaries: [s02], waveSize: 1 };
    await publish(fix, { scheduled: 'rebase', plan });
    nowMs = NOON_MS + DAY_MS;
    await obey('applied', [s02]);
    for (const store of [s01, s03]) await obey('applied', [store]);
    const prices = async (store: typeof s01) => {
      const menu = await office.menu((await office.releaseOf(store)) ?? 0);
      return catalogueOf(menu, store).products.find(({ code: own }) => own === 5)?.prices[0];
    };
    expect(await Promise.all([s01, s02, s03].map(prices))).toEqual([800, 555, 800]);
  });

  it('restored from a backup, everything is told again above all that was ever published', async () => {
    const published = { catalogue: 3_000_000_000, config: 3_000_000_100 };
    const versions = async () => [
      ...(await told()),
      ...(await createConfigDesk({ db, clock }).list()).slice(0, 1).map(({ version }) => version),
    ];
    await reissueAfterRestore({ db, clock }, { incarnation: 1, published });
    await publish(await imported());
    const patch = { flags: { cheques: true } };
    await createConfigDesk({ db, clock }).change({ stores: [s01], patch, note: '', by: 'ann' });
    const before = await versions();
    await reissueAfterRestore({ db, clock }, { incarnation: 1, published });
    expect(await versions()).toEqual(before);
    await reissueAfterRestore({ db, clock }, { incarnation: 2, published });
    const after = await versions();
    expect(
      after.every(
        (version, at) => (version ?? 0) > (at === 3 ? published.config : published.catalogue),
      ),
    ).toBe(true);
    await reissueAfterRestore({ db, clock }, { incarnation: 2, published });
    expect(await versions()).toEqual(after);
  });

  it('wants retained: a delta for each store, the fulls they name, and configs; to the same bytes each time', async () => {
    const keys = () => [];
    expect(await createWantedSet({ db, keys }).read()).toBeNull();
    await publish(await imported());
    const [one, two] = [
      await createWantedSet({ db, keys }).read(),
      await createWantedSet({ db, keys }).read(),
    ];
    expect([...(one?.keys() ?? [])].filter((topic) => topic.includes('delta'))).toHaveLength(3);
    expect(canonicalText([...(one ?? [])])).toBe(canonicalText([...(two ?? [])]));
  });

  it('previews a config store by store, and gives a version only where something changes', async () => {
    const desk = createConfigDesk({ db, clock });
    const patch = { flags: { cheques: true } };
    await desk.change({ stores: [s01], patch, note: '', by: 'ann' });
    const preview = await desk.preview([s01, s02], patch);
    expect(preview.map(({ changed }) => changed)).toEqual([[], ['flags.cheques']]);
    await desk.change({ stores: [s01, s02], patch, note: '', by: 'ann' });
    expect(await desk.history(s01, 9)).toHaveLength(1);
    expect((await desk.list())[2]?.config).toEqual(DEFAULT_STORE_CONFIG);
    const bad = { day: { time_zone: 'Europe/Nowhere' } };
    expect(await code(desk.change({ stores: [s01], patch: bad, note: '', by: 'ann' }))).toBe(
      'bad-request',
    );
    expect(await code(desk.preview([storeCode('S99')], patch))).toBe('unknown-store');
  });

  it('two who change a config at once both have their way', async () => {
    const desk = createConfigDesk({ db, clock });
    await Promise.all([
      desk.change({ stores: [s01], patch: { flags: { cheques: true } }, note: '', by: 'ann' }),
      desk.change({ stores: [s01], patch: { flags: { vouchers: false } }, note: '', by: 'bob' }),
    ]);
    expect((await desk.list())[0]?.config.flags).toMatchObject({ cheques: true, vouchers: false });
  });

  it('a command is open until its store answers or it expires; the first answer stays', async () => {
    const desk = createCommandDesk({ db, clock, ids: systemIds });
    const send = async () => {
      const [sent] = await desk.send({
        stores: [s01],
        command: { name: 'ping' },
        by: 'ann',
        lifeMs: 1000,
      });
      return sent?.commandId ?? '';
    };
    const [one, two] = [await send(), await send()];
    const answer = (id: string, store: typeof s01, detail: string) =>
      answerCommand(
        db,
        store,
        { command_id: id, store_code: store, at: utcInstant(nowMs), outcome: 'done', detail },
        nowMs,
      );
    await answer(one, s02, 'not mine');
    await answer(one, s01, 'first');
    await answer(one, s01, 'second');
    expect(await desk.read(one)).toMatchObject({ outcome: 'done', detail: 'first' });
    expect((await openCommands(db, nowMs)).map(({ commandId }) => commandId)).toEqual([two]);
    nowMs += 1000;
    await expireCommands(db, nowMs);
    expect(await desk.read(two)).toMatchObject({ outcome: 'expired', answeredAtMs: null });
    await answer(two, s01, 'late');
    expect(await desk.read(two)).toMatchObject({ outcome: 'done', detail: 'late' });
  });
});
