import { join } from 'node:path';
import {
  canonicalText,
  generateSigningKeyPem,
  signCatalogueDelta,
  signingKeyFromPem,
} from '@tillwire/contract';
import { type CatalogueDelta, productCode, storeCode } from '@tillwire/domain';
import { createLog, createMqttLink, systemClock, systemIds } from '@tillwire/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Chain, type ChainKiosk, priceAt, startChain, untilPrices } from './harness/chain.ts';
import { waitFor } from './harness/wait.ts';

const SAMPLE_MENU = join(import.meta.dirname, '../sample-menu');
const STORES = ['S01', 'S02', 'S03'].map(storeCode);
const [s01, s02, s03] = STORES as [(typeof STORES)[0], (typeof STORES)[0], (typeof STORES)[0]];
/** Cheeseburger. */
const CODE = 5;
const BY = 'editor';
const AT_ONCE = { canaries: [], waveSize: null };

describe('A menu change reaches every shop whole', () => {
  let chain: Chain;
  let kiosks: readonly ChainKiosk[];
  let price = 0;

  beforeAll(async () => {
    chain = await startChain(STORES);
    kiosks = chain.kiosks;
  });
  afterAll(() => chain.stop());

  const draftWith = async (
    changes: readonly { readonly target: 'base' | typeof s01; readonly price: number }[],
    from?: number,
  ): Promise<number> => {
    const { drafts } = chain.office;
    let draft = await drafts.create({
      name: 'test',
      by: BY,
      ...(from === undefined ? {} : { from }),
    });
    for (const { target, price: pence } of changes) {
      const catalogue = await drafts.catalogue(draft.draftId, target);
      const set = catalogue.products
        .filter(({ code }) => code === productCode(CODE))
        .map((product) => ({ ...product, prices: product.prices.map(() => pence) }));
      const edit = { products: { set, remove: [] } } as unknown as CatalogueDelta;
      const { draftId, revision } = draft;
      draft = await drafts.edit({ draftId, revision, target, edit, by: BY });
    }
    return draft.draftId;
  };
  const publish = async (
    draftId: number,
    rest: Partial<Parameters<Chain['office']['publishing']['publish']>[0]> = {},
  ) =>
    chain.office.publishing.publish({
      draftId,
      revision: (await chain.office.drafts.read(draftId)).revision,
      note: 'test',
      by: BY,
      plan: AT_ONCE,
      effectiveFromMs: null,
      ...rest,
    });
  const versions = () =>
    Promise.all(kiosks.map(async (kiosk) => (await priceAt(kiosk, CODE))?.version));
  /** What a fresh subscription receives, by topic. */
  const retainedNow = async (): Promise<ReadonlyMap<string, string>> => {
    const found = new Map<string, string>();
    const link = createMqttLink({
      broker: await chain.broker.address('head-office'),
      clientId: 'reader',
      subscriptions: ['ho/catalog/full/+', 'ho/config/+', 'ho/catalog/delta/+'],
      onUp: () => undefined,
      onDown: () => undefined,
      onMessage: ({ topic, payload, done }) => {
        found.set(topic, payload.toString());
        done();
      },
      log: createLog('test', 'silent'),
      ids: systemIds,
    });
    link.start();
    await waitFor('the subscription', () => link.isUp() && found.size > 0);
    // What is retained comes at once; whoever asks asks again.
    await link.stop();
    return found;
  };
  const complete = (releaseId: number) =>
    waitFor(
      'the roll-out',
      async () => (await chain.office.release(releaseId)).state === 'complete',
    );

  it('cold start: shops with nothing but their credential sell what was imported and published', async () => {
    expect((await kiosks[0]?.get('/api/menu'))?.status).toBe(503);
    const { draft, report } = await chain.office.drafts.importSet({
      draftId: null,
      source: { path: SAMPLE_MENU },
      shop: 1,
      target: 'base',
      by: BY,
    });
    expect(report.counts.products).toBe(83);
    const release = await publish(draft.draftId);
    await waitFor('all to sell', async () => (await versions()).every((one) => one !== undefined));
    await complete(release.releaseId);
    price = (await priceAt(kiosks[0] as ChainKiosk, CODE))?.price ?? 0;
    expect(price).toBeGreaterThan(0);
  });

  it('one price changed for one shop reaches that shop only; orders bear the version they were sold under', async () => {
    const before = await versions();
    const release = await publish(await draftWith([{ target: s02, price: price + 20 }]));
    await untilPrices(kiosks, CODE, [price, price + 20, price]);
    await complete(release.releaseId);
    const after = await versions();
    expect([after[0], after[2]]).toEqual([before[0], before[2]]);
    expect(after[1]).toBeGreaterThan(before[1] ?? 0);
    for (const [at, kiosk] of kiosks.entries()) {
      const { status, body } = await kiosk.post('/api/orders', {
        requestId: `stamp-${at}`,
        channel: 'OT-C',
        vatBasis: 'take',
        lines: [{ kind: 'product', code: CODE, quantity: 1 }],
        tenders: [{ method: 'card' }],
      });
      expect([status, body.order?.catalogVersion]).toEqual([201, after[at]]);
    }
  });

  it('a change in mid-order: what the customer was told no longer holds, and is said so', async () => {
    const [kiosk] = kiosks as [ChainKiosk];
    const told = price;
    price += 10;
    await publish(await draftWith([{ target: 'base', price }]));
    // The second shop has a price of its own.
    await untilPrices(kiosks, CODE, [price, price + 10, price]);
    const sale = {
      requestId: 'mid-order',
      channel: 'OT-C',
      vatBasis: 'take',
      lines: [{ kind: 'product', code: CODE, quantity: 1 }],
      tenders: [{ method: 'card' }],
      expectedTotal: told,
    };
    const refused = await kiosk.post('/api/orders', sale);
    expect([refused.status, refused.body.code]).toEqual([409, 'price-changed']);
    const sold = await kiosk.post('/api/orders', { ...sale, expectedTotal: price });
    expect([sold.status, sold.body.order.catalogVersion]).toEqual([201, (await versions())[0]]);
  });

  it('a canary that refuses halts the roll-out, the others never move, and a rollback reaches all', async () => {
    const good = (await chain.office.releases(1))[0]?.releaseId ?? 0;
    const before = await versions();
    // A delta whose result is not what it says, as a bug of Head Office would make it.
    const draftId = await draftWith([{ target: 'base', price: price + 500 }]);
    await chain.db.query(`CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      NEW.document := jsonb_set(NEW.document, '{now,checksum}', to_jsonb('sha256:' || repeat('0', 64)));
      RETURN NEW; END $$`);
    await chain.db.query(
      'CREATE TRIGGER spoil BEFORE INSERT ON catalogue_deltas FOR EACH ROW EXECUTE FUNCTION spoil()',
    );
    const bad = await publish(draftId, { plan: { canaries: [s03], waveSize: 1 } });
    await waitFor(
      'the halt',
      async () => (await chain.office.release(bad.releaseId)).state === 'halted',
    );
    await chain.db.query('DROP TRIGGER spoil ON catalogue_deltas');
    expect((await chain.office.release(bad.releaseId)).stateReason).toContain('S03 refused');
    expect(await versions()).toEqual(before);
    const standing = await chain.office.standing();
    expect(standing.map(({ progress }) => progress)).toEqual(['applied', 'applied', 'refused']);
    const back = await chain.office.publishing.rollBack({ to: good, note: 'back', by: BY });
    await complete(back.releaseId);
    await waitFor('new versions', async () =>
      (await versions()).every((one, at) => (one ?? 0) > (before[at] ?? 0)),
    );
    await untilPrices(kiosks, CODE, [price, price + 10, price]);
  });

  it('what a stranger retains is not believed, and is mended within a minute', async () => {
    const stranger = signingKeyFromPem(generateSigningKeyPem());
    const before = await versions();
    const link = createMqttLink({
      broker: await chain.broker.address('head-office'),
      clientId: 'stranger',
      subscriptions: [],
      onUp: () => undefined,
      onDown: () => undefined,
      onMessage: ({ done }) => done(),
      log: createLog('test', 'silent'),
      ids: systemIds,
    });
    link.start();
    await waitFor('the link', () => link.isUp());
    const forged = signCatalogueDelta(
      {
        store_code: s01,
        catalog_version: 9_999_999_999,
        now: { base_version: 1, overrides: {}, checksum: `sha256:${'0'.repeat(64)}` },
      },
      [stranger],
    );
    await link.publish('ho/catalog/delta/S01', canonicalText(forged), { retain: true });
    await link.publish('ho/catalog/delta/S02', '', { retain: true });
    await waitFor('the refusal', () => kiosks[0]?.log().includes('unknown-key'));
    await link.stop();
    expect(await versions()).toEqual(before);
    await waitFor('the mending', async () => {
      const retained = await retainedNow();
      return STORES.every((store, at) =>
        retained.get(`ho/catalog/delta/${store}`)?.includes(`"catalog_version":${before[at]},`),
      );
    });
    expect(await versions()).toEqual(before);
  });

  it('reports that its database could not keep for a while do not stop what comes after them', async () => {
    await chain.db.query('ALTER TABLE catalogue_reports RENAME TO out_of_reach');
    const link = createMqttLink({
      broker: await chain.broker.address('S01'),
      clientId: 'busy',
      subscriptions: [],
      onUp: () => undefined,
      onDown: () => undefined,
      onMessage: ({ done }) => done(),
      log: createLog('test', 'silent'),
      ids: systemIds,
    });
    link.start();
    await waitFor('the link', () => link.isUp());
    // More than a broker lets a subscriber leave unanswered.
    for (let number = 1; number <= 40; number++) {
      const report = { store_code: s01, at: '2026-11-02T08:00:00Z', session: 1, number };
      const payload = canonicalText({ ...report, in_force: null, newest: null });
      await link.publish('stores/S01/telemetry/catalogue', payload);
    }
    await link.stop();
    await chain.db.query('ALTER TABLE out_of_reach RENAME TO catalogue_reports');
    price += 10;
    const release = await publish(await draftWith([{ target: 'base', price }]));
    await untilPrices(kiosks, CODE, [price, price, price]);
    await complete(release.releaseId);
    const standing = await chain.office.standing();
    expect(standing.map(({ progress }) => progress)).toEqual(['applied', 'applied', 'applied']);
  });

  it('a config reaches its store live, and only that', async () => {
    await chain.configs.change({
      stores: [s01],
      patch: { pricing: { band_by_channel: { 'OT-C': 2 } } as never, flags: { cheques: true } },
      note: 'test',
      by: BY,
    });
    await waitFor('the config', async () => {
      const { body } = await (kiosks[0] as ChainKiosk).get('/api/catalogue');
      return body.rules.bandByChannel['OT-C'] === 2 && body.rules.cheques;
    });
    const { body } = await (kiosks[1] as ChainKiosk).get('/api/catalogue');
    expect([body.configVersion, body.rules.cheques]).toEqual([null, false]);
  });

  it('commands run once and tell their result, also one sent while the shop was off; expired ones do not run', async () => {
    const send = (command: { name: 'ping' }, lifeMs = 60_000) =>
      chain.commands.send({ stores: [s01], command, by: BY, lifeMs });
    const outcomeOf = async (id: string) => (await chain.commands.read(id)).outcome;
    const [ping] = await send({ name: 'ping' });
    await waitFor('pong', async () => (await outcomeOf(ping?.commandId ?? '')) === 'done');
    await kiosks[0]?.stop();
    const [late] = await send({ name: 'ping' });
    const [expired] = await send({ name: 'ping' }, 1000);
    await waitFor(
      'the expiry',
      async () => (await outcomeOf(expired?.commandId ?? '')) === 'expired',
    );
    await kiosks[0]?.start();
    await waitFor('the late pong', async () => (await outcomeOf(late?.commandId ?? '')) === 'done');
    expect(await outcomeOf(expired?.commandId ?? '')).toBe('expired');
  });

  it('the publisher dies between any two steps and the broker is wiped: the retained set mends itself', async () => {
    for (const point of ['catalogue.before-publish:1', 'catalogue.before-publish:2']) {
      await chain.stopHeadOffice();
      const dying = await chain.startHeadOffice({ TILLWIRE_CRASH_AT: point });
      await dying.says(/Head Office is at/, 90_000);
      price += 10;
      await publish(await draftWith([{ target: 'base', price }]));
      await dying.exited;
      await (await chain.startHeadOffice()).says(/Head Office is at/, 90_000);
      await waitFor(
        'the price',
        async () => (await priceAt(kiosks[2] as ChainKiosk, CODE))?.price === price,
      );
    }
    const before = await versions();
    await chain.broker.stop();
    await chain.broker.wipe();
    await chain.broker.start();
    await waitFor(
      'all that is retained',
      async () => {
        const retained = await retainedNow();
        return STORES.every((store) => retained.has(`ho/catalog/delta/${store}`));
      },
      { withinMs: 60_000 },
    );
    expect(await versions()).toEqual(before);
  });

  it('a shop dies between any two steps of a change, and comes out with the new one', async () => {
    const [, , kiosk] = kiosks as [ChainKiosk, ChainKiosk, ChainKiosk];
    for (const point of ['delta-kept', 'staged', 'before-switch', 'after-switch']) {
      await kiosk.stop();
      await kiosk.start({ TILLWIRE_CRASH_AT: `catalogue.${point}` });
      price += 10;
      await publish(await draftWith([{ target: 'base', price }]));
      await kiosk.exited();
      await kiosk.start();
      await untilPrices([kiosk], CODE, [price]);
    }
    expect((await priceAt(kiosk, CODE))?.price).toBe(price);
  });

  it('a price change for later switches on time with the line down', async () => {
    const [, , kiosk] = kiosks as [ChainKiosk, ChainKiosk, ChainKiosk];
    const before = price;
    price += 30;
    const effectiveFromMs = systemClock.nowMs() + 6000;
    const release = await publish(await draftWith([{ target: 'base', price }]), {
      effectiveFromMs,
    });
    await complete(release.releaseId);
    await chain.broker.stop();
    expect((await priceAt(kiosk, CODE))?.price).toBe(before);
    await untilPrices([kiosk], CODE, [price]);
    expect(systemClock.nowMs()).toBeGreaterThanOrEqual(effectiveFromMs - 1000);
    expect(systemClock.nowMs()).toBeLessThan(effectiveFromMs + 1500);
    await chain.broker.start();
  });
});
