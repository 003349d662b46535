import { utcInstant } from '@tillwire/domain';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { databases, type TestDatabase } from '../test/databases.ts';
import {
  type Answer,
  asManager,
  cheeseburgers,
  type RunningKiosk,
  startKiosk,
} from '../test/kiosk-rig.ts';

const SET_UP_PIN = '73915628';
const withPin = (pin: string) => ({ 'x-pin': pin });

describe.each(databases)('Access by PIN on $name', ({ open }) => {
  let database: TestDatabase;
  let kiosk: RunningKiosk;
  let nowMs = Date.UTC(2025, 10, 27, 12);
  let requests = 0;
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
  const start = () =>
    startKiosk(database.address, { clock, setUpPin: SET_UP_PIN, lockAfterMs: 300_000 });

  beforeAll(async () => {
    database = await open();
    kiosk = await start();
  });
  afterAll(async () => {
    await kiosk.stop();
    await database.drop();
  });
  // Wrong PINs of the test before are forgotten, and its sessions locked.
  beforeEach(() => {
    nowMs += 3_600_000;
  });

  const add = (member: object, headers: Readonly<Record<string, string>> = asManager) =>
    kiosk.post('/api/crew', member, headers);
  const sell = (headers: Readonly<Record<string, string>> = {}, rest: object = {}) =>
    kiosk.post('/api/orders', cheeseburgers(`access-${++requests}`, rest), headers);
  const signIn = async (pin: string): Promise<{ readonly cookie: string }> => {
    const { status, headers } = await kiosk.post('/api/sign-in', { pin });
    expect(status).toBe(200);
    return { cookie: (headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
  };
  const word = ({ status, body }: Answer): string => `${status} ${status < 300 ? 'ok' : body.code}`;

  describe('while no manager can sign in', () => {
    it('sells at the kiosk itself, and does no more without token or set-up PIN', async () => {
      expect(word(await sell())).toBe('201 ok');
      expect((await kiosk.get('/api/me')).body).toMatchObject({
        open: true,
        needsSetUp: true,
        signedIn: false,
        role: 'crew',
      });
      expect(word(await kiosk.get('/api/crew'))).toBe('401 not-authenticated');
      expect(word(await kiosk.get('/api/crew', withPin('11112222')))).toBe('403 wrong-pin');
      expect(word(await kiosk.get('/api/crew', withPin(SET_UP_PIN)))).toBe('200 ok');
    });

    it('takes on nobody before a manager with a PIN', async () => {
      expect(word(await add({ name: 'Ann', pin: '2468' }))).toBe('409 manager-needed');
      expect(word(await add({ name: 'Ann', role: 'manager' }))).toBe('409 manager-needed');
      expect((await kiosk.get('/api/crew', asManager)).body.crew).toEqual([]);
    });

    it('makes the first manager by the set-up PIN, which then opens nothing any more', async () => {
      const made = await add(
        { name: 'Mary Manager', role: 'manager', pin: '9001' },
        withPin(SET_UP_PIN),
      );
      expect(made.body.member).toEqual({
        crewId: '1',
        name: 'Mary Manager',
        role: 'manager',
        hasPin: true,
        active: true,
      });
      expect(word(await kiosk.get('/api/crew', withPin(SET_UP_PIN)))).toBe('403 wrong-pin');
    });
  });

  describe('once one can', () => {
    it('leaves a stranger nothing but signing in, health and the customer display', async () => {
      const asked: Record<string, string> = {};
      for (const path of [
        '/healthz',
        '/readyz',
        '/api/me',
        '/api/baskets/1',
        '/api/orders',
        '/api/menu',
        '/api/catalogue',
        '/api/sync',
        '/api/kitchen',
        '/api/crew',
      ]) {
        asked[path] = word(await kiosk.get(path));
      }
      const refused = '401 not-authenticated';
      expect(asked).toEqual({
        '/healthz': '200 ok',
        '/readyz': '200 ok',
        '/api/me': '200 ok',
        '/api/baskets/1': '200 ok',
        '/api/orders': refused,
        '/api/menu': refused,
        '/api/catalogue': refused,
        '/api/sync': refused,
        '/api/kitchen': refused,
        '/api/crew': refused,
      });
      expect(word(await sell())).toBe(refused);
      expect(word(await sell({ cookie: 'tillwire_till=made-up' }))).toBe(refused);
      expect(word(await sell(asManager))).toBe('201 ok');
    });

    it('signs a cashier in, who is on what they sell, and does what a cashier may', async () => {
      const { body } = await add({ name: 'Carl Cashier', pin: '2468' });
      const carl = await signIn('2468');
      expect((await kiosk.get('/api/me', carl)).body).toMatchObject({
        crewId: body.member.crewId,
        name: 'Carl Cashier',
        role: 'crew',
        signedIn: true,
        open: false,
        lockAfterS: 300,
      });
      expect((await sell(carl)).body.order.crewId).toBe(body.member.crewId);
      expect((await sell(carl, { crewId: 7 })).body.order.crewId).toBe('7');
      const food = { tenders: [{ method: 'crew-food' }] };
      expect((await sell(carl, food)).body.faults).toMatchObject([{ code: 'crew-id-needed' }]);
      expect(word(await kiosk.get('/api/day/reading', carl))).toBe('403 not-allowed');
      expect((await kiosk.get('/api/crew', carl)).body).toMatchObject({
        code: 'not-allowed',
        needs: 'manager',
      });
    });

    it("does one thing by a manager's PIN and leaves the cashier signed in", async () => {
      const carl = await signIn('2468');
      const { body } = await sell(carl);
      const path = `/api/orders/${body.order.globalOrderId}/void`;
      const why = { reason: 'rung up twice' };
      expect(word(await kiosk.post(path, why, carl))).toBe('403 not-allowed');
      expect(word(await kiosk.post(path, why, { ...carl, ...withPin('1357') }))).toBe(
        '403 wrong-pin',
      );
      expect(word(await kiosk.post(path, why, { ...carl, ...withPin('2468') }))).toBe(
        '403 not-allowed',
      );
      const voided = await kiosk.post(path, why, { ...carl, ...withPin('9001') });
      expect(voided.body.order).toMatchObject({ status: 'voided', crewId: '1', ...why });
      expect((await kiosk.get('/api/me', carl)).body.role).toBe('crew');
      const paidOut = { requestId: 'stepped-up', amount: 500, reason: 'milk' };
      const taken = await kiosk.post('/api/paid-outs', paidOut, { ...carl, ...withPin('9001') });
      expect(taken.body.order.crewId).toBe('1');
    });

    it("has a shift manager's PIN do for void, paid out and Z, and a manager's for the crew alone", async () => {
      await add({ name: 'Sam Shift', role: 'shift-manager', pin: '8642' });
      const sam = await signIn('8642');
      const { body } = await sell(sam);
      const path = `/api/orders/${body.order.globalOrderId}/void`;
      const carl = await signIn('2468');
      const bySam = { ...carl, ...withPin('8642') };
      expect(word(await kiosk.post(path, { reason: 'rung up twice' }, bySam))).toBe('200 ok');
      const paidOut = { requestId: 'by sam', amount: 500, reason: 'milk' };
      expect(word(await kiosk.post('/api/paid-outs', paidOut, bySam))).toBe('201 ok');
      expect(word(await kiosk.post('/api/day/close', {}, carl))).toBe('403 not-allowed');
      expect(word(await kiosk.post('/api/day/close', {}, bySam))).toBe('200 ok');
      expect((await kiosk.get('/api/crew', sam)).body.needs).toBe('manager');
    });

    it('keeps sessions through a restart, and ends them on locking or after five idle minutes', async () => {
      const carl = await signIn('2468');
      await kiosk.stop();
      kiosk = await start();
      expect(word(await sell(carl))).toBe('201 ok');
      nowMs += 299_000;
      // What the screen asks by itself keeps nobody signed in, what somebody does there does.
      expect(word(await kiosk.get('/api/sync', carl))).toBe('200 ok');
      expect(word(await kiosk.post('/api/me/still-here', {}, carl))).toBe('200 ok');
      nowMs += 299_000;
      expect(word(await kiosk.get('/api/sync', carl))).toBe('200 ok');
      nowMs += 2_000;
      expect(word(await kiosk.get('/api/sync', carl))).toBe('401 not-authenticated');
      const again = await signIn('2468');
      await kiosk.post('/api/sign-out', {}, again);
      expect(word(await sell(again))).toBe('401 not-authenticated');
    });

    it("takes no change from another site's page", async () => {
      const carl = await signIn('2468');
      const foreign = { ...carl, origin: 'https://elsewhere.example' };
      expect(word(await sell(foreign))).toBe('403 foreign-origin');
      expect(word(await sell({ ...carl, origin: kiosk.url }))).toBe('201 ok');
    });

    it('locks a till after five wrong PINs, says until when, and longer each time', async () => {
      const wrong = () => kiosk.post('/api/sign-in', { pin: '0000' });
      for (let turn = 1; turn <= 4; turn++) expect(word(await wrong())).toBe('401 wrong-pin');
      const fifth = await wrong();
      expect(fifth.body).toMatchObject({
        code: 'pin-locked',
        until: utcInstant(nowMs + 30_000),
        retryAfterS: 30,
      });
      // The right one does not help now: otherwise guessing could go on.
      expect(word(await kiosk.post('/api/sign-in', { pin: '9001' }))).toBe('429 pin-locked');
      nowMs += 30_001;
      expect((await wrong()).body.retryAfterS).toBe(60);
      nowMs += 60_001;
      await signIn('9001');
      // One's own right PIN between is no way to go on guessing another's.
      expect((await wrong()).body.retryAfterS).toBe(120);
    });

    it('counts guesses that come at once, each one', async () => {
      const answers = await Promise.all(
        Array.from({ length: 40 }, () => kiosk.post('/api/sign-in', { pin: '0001' })),
      );
      const words = answers.map(word);
      expect(words.filter((each) => each === '401 wrong-pin')).toHaveLength(4);
      expect(words.filter((each) => each === '429 pin-locked')).toHaveLength(36);
    });

    it('gives no two the same PIN, and tells nobody one', async () => {
      expect(word(await add({ name: 'Copy Cat', pin: '2468' }))).toBe('409 pin-taken');
      for (const pin of ['123', '123456789', 'abcd', 12_345, ' 1234']) {
        const refused = await add({ name: 'Bad Pin', pin });
        expect(word(refused)).toBe('400 bad-request');
        expect(JSON.stringify(refused.body)).not.toContain(String(pin).trim());
      }
      const listed = await kiosk.get('/api/crew', asManager);
      expect(Object.keys(listed.body.crew[0]).toSorted()).toEqual(
        ['active', 'crewId', 'hasPin', 'name', 'role'].toSorted(),
      );
    });

    it('ends sessions of who gets a new PIN or leaves, and always keeps a manager', async () => {
      const { body } = await add({ crewId: 'temp', name: 'Tim Temp', pin: '4321' });
      const { crewId } = body.member;
      const change = (rest: object) => kiosk.put(`/api/crew/${crewId}`, rest, asManager);
      const tim = await signIn('4321');
      expect(word(await change({ pin: '43210' }))).toBe('200 ok');
      expect(word(await sell(tim))).toBe('401 not-authenticated');
      const back = await signIn('43210');
      expect(word(await change({ role: 'shift-manager' }))).toBe('200 ok');
      expect(word(await kiosk.get('/api/day/reading', back))).toBe('200 ok');
      expect(word(await change({ active: false }))).toBe('200 ok');
      expect(word(await sell(back))).toBe('401 not-authenticated');
      expect(word(await kiosk.post('/api/sign-in', { pin: '43210' }))).toBe('401 wrong-pin');
      for (const rest of [{ active: false }, { pin: null }, { role: 'crew' }]) {
        expect(word(await kiosk.put('/api/crew/1', rest, asManager))).toBe('409 manager-needed');
      }
      expect(word(await kiosk.put('/api/crew/nobody', {}, asManager))).toBe('404 unknown-crew');
    });
  });
});
