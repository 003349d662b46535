import { createHmac } from 'node:crypto';
import { createLog, systemIds } from '@tillwire/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMailSink, createWebhookSink } from '../../test/alert-sinks.ts';
import {
  createDashboardRig,
  type DashboardRig,
  seedChain,
  SINK_KEY,
} from '../../test/dashboard-rig.ts';
import { pruneAlerts } from '../../store/alert-state-store.ts';
import { park } from '../../store/quarantine-store.ts';
import { storeState } from '../../store/telemetry-store.ts';
import { readSignals } from '../../store/signal-queries.ts';
import { sendDue } from './sending.ts';
import { watchOnce } from './watch.ts';
import type { Reading } from './signals.ts';

let rig: DashboardRig;
let own: Reading[] = [];
const log = createLog('test', 'silent');

beforeEach(async () => {
  rig = await createDashboardRig();
  own = [];
  await seedChain(rig, { shops: 3, ordersADay: 6 });
  await rig.addUser('olga', 'ops');
  await beat('S01', 'S02', 'S03');
  await rig.db.query('UPDATE store_states SET online = true');
  // What came all at once, and was never judged, is not what these tests are about.
  await rig.db.query('UPDATE orders SET received_at = created_at');
  await rig.db.query('UPDATE journal_epochs SET held_through = 6, complete_through = 6');
});
afterEach(() => rig.stop());

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** A heartbeat of each came just now. */
const beat = (...stores: string[]) =>
  rig.db.query(
    `UPDATE heartbeats SET received_at = $2,
       payload = payload || jsonb_build_object('at', $3::text, 'unsent', '{"count": 0, "oldest_age_s": 0}'::jsonb)
     WHERE store = ANY ($1)`,
    [stores, new Date(rig.clock.nowMs()), new Date(rig.clock.nowMs()).toISOString()],
  );
const watch = () =>
  watchOnce({
    db: rig.db,
    clock: rig.clock,
    ids: systemIds,
    log,
    ownReadings: async () => own,
  });
const send = () =>
  sendDue({ db: rig.db, clock: rig.clock, ids: systemIds, log, sinkKey: SINK_KEY });
/** Time goes by, with heartbeats of `alive` and a look each ten seconds. */
async function pass(ms: number, ...alive: string[]): Promise<void> {
  for (let left = ms; left > 0; left -= 10 * SECOND) {
    rig.clock.advance(10 * SECOND);
    await beat(...alive);
    await watch();
    await send();
  }
}
interface Shown {
  readonly alertId: number;
  readonly ruleId: string;
  readonly store: string;
  readonly state: string;
  readonly inhibitedBy: string | null;
  readonly firedAt: string;
}
const alerts = async (query = ''): Promise<Shown[]> =>
  ((await (await rig.admin('GET', `/api/alerts${query}`)).json()) as { alerts: Shown[] }).alerts;
const brief = async (query = ''): Promise<string[]> =>
  (await alerts(query)).map(
    ({ ruleId, store, state, inhibitedBy }) =>
      `${store} ${ruleId} ${state}${inhibitedBy === null ? '' : ' inhibited'}`,
  );
const answer = async (response: Response): Promise<Record<string, unknown>> =>
  (await response.json()) as Record<string, unknown>;

describe('a shop that is unplugged', () => {
  it('fires at its time, silences what follows, is acknowledged, and resolves; each told once', async () => {
    const hook = await createWebhookSink();
    const mail = await createMailSink();
    const key = 'a key both ends know of';
    const webhook = { kind: 'webhook', url: hook.url };
    const smtp = {
      kind: 'smtp',
      host: '127.0.0.1',
      port: mail.port,
      user: 'tillwire',
      from: 'alerts@chain.example',
      to: ['ops@chain.example'],
    };
    await rig.admin('POST', '/api/alert-sinks', { name: 'Hook', settings: webhook, secret: key });
    const added = await answer(
      await rig.admin('POST', '/api/alert-sinks', {
        name: 'Mail',
        settings: smtp,
        minSeverity: 'critical',
        secret: 'the mail password',
      }),
    );
    expect(JSON.stringify(added)).not.toContain('the mail password');
    await watch();
    expect(await brief()).toEqual([]);

    const unpluggedAt = rig.clock.nowMs();
    await storeState(
      rig.db,
      { store_code: 'S01' as never, state: 'offline', session: 1 },
      new Date(unpluggedAt),
    );
    await rig.db.query(
      `UPDATE heartbeats SET payload = jsonb_set(payload, '{unsent}', '{"count": 9, "oldest_age_s": 900}')
       WHERE store = 'S01'`,
    );
    await pass(50 * SECOND, 'S02', 'S03');
    expect(await brief()).toEqual(['S01 oldest-unsent firing', 'S01 line-down pending']);
    await pass(20 * SECOND, 'S02', 'S03');
    expect(await brief()).toEqual(['S01 line-down firing', 'S01 oldest-unsent firing inhibited']);
    await pass(230 * SECOND, 'S02', 'S03');
    expect(await brief()).not.toContain('S01 no-heartbeat firing');
    await pass(10 * SECOND, 'S02', 'S03');
    expect(await brief()).toEqual([
      'S01 no-heartbeat firing',
      'S01 line-down firing inhibited',
      'S01 oldest-unsent firing inhibited',
    ]);
    const [silent] = await alerts();
    expect(Date.parse(silent?.firedAt ?? '') - unpluggedAt).toBe(310 * SECOND);
    await pass(MINUTE, 'S02', 'S03');

    const cookie = await rig.signIn('olga');
    const path = `/api/alerts/${silent?.alertId}/acknowledge`;
    const noted = await rig.call('POST', path, {
      cookie,
      body: { note: 'engineer is on his way' },
    });
    expect(await answer(noted)).toMatchObject({
      acknowledgedBy: 'olga',
      note: 'engineer is on his way',
    });
    expect(await answer(await rig.call('POST', path, { cookie, body: {} }))).toMatchObject({
      code: 'not-to-acknowledge',
    });
    await pass(5 * MINUTE, 'S02', 'S03');

    await storeState(
      rig.db,
      { store_code: 'S01' as never, state: 'online', session: 2 },
      new Date(rig.clock.nowMs()),
    );
    await pass(2 * MINUTE, 'S01', 'S02', 'S03');
    expect(await brief()).toEqual([]);
    expect(await brief('?state=resolved')).toEqual([
      'S01 no-heartbeat resolved',
      'S01 oldest-unsent resolved',
      'S01 line-down resolved',
    ]);

    const told = hook.posted.map(({ body }) => (JSON.parse(body) as { subject: string }).subject);
    expect(told.slice(0, 3)).toEqual([
      '[WARNING] Sales wait to be sent: S01',
      '[WARNING] Line down: S01',
      '[CRITICAL] No heartbeat for 5 minutes: S01',
    ]);
    // What is over at once is told at once, in any order.
    expect(told.slice(3).toSorted()).toEqual([
      '[RESOLVED] Line down: S01',
      '[RESOLVED] No heartbeat for 5 minutes: S01',
      '[RESOLVED] Sales wait to be sent: S01',
    ]);
    for (const { headers, body } of hook.posted) {
      const [, t, mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(
        String(headers['tillwire-signature']),
      ) ?? ['', '', ''];
      expect(createHmac('sha256', key).update(`${t}.${body}`).digest('hex')).toBe(mac);
      expect(Math.abs(Number(t) * SECOND - unpluggedAt)).toBeLessThan(20 * MINUTE);
    }
    expect(mail.logins[0]).toBe('\0tillwire\0the mail password');
    expect(mail.mails.map(({ to }) => to)).toEqual([['ops@chain.example'], ['ops@chain.example']]);
    expect(mail.mails[0]?.text).toMatch(
      /Subject: \[CRITICAL\] No heartbeat for 5 minutes: S01\r\n/,
    );
    const { rows } = await rig.db.query('SELECT secret FROM alert_sinks');
    expect(JSON.stringify(rows)).not.toMatch(/password|both ends/);
    await Promise.all([hook.stop(), mail.stop()]);
  });

  it('with all others at once is one message', async () => {
    const hook = await createWebhookSink();
    const settings = { kind: 'webhook', url: hook.url };
    await rig.admin('POST', '/api/alert-sinks', { name: 'Hook', settings });
    await pass(6 * MINUTE);
    expect(
      hook.posted.map(({ body }) => (JSON.parse(body) as { subject: string }).subject),
    ).toEqual(['[CRITICAL] No heartbeat for 5 minutes: S01, S02, S03']);
    await hook.stop();
  });
});

describe('a message', () => {
  it('nobody takes is tried again later, survives its process, and arrives under the same id', async () => {
    const hook = await createWebhookSink();
    hook.answerWith(503);
    const settings = { kind: 'webhook', url: hook.url };
    await rig.admin('POST', '/api/alert-sinks', { name: 'Hook', settings });
    await pass(5 * MINUTE + 20 * SECOND);
    await pass(MINUTE);
    expect(hook.posted.length).toBeGreaterThan(2);
    const sinks = await answer(await rig.admin('GET', '/api/alert-sinks'));
    expect(sinks['deliveries']).toMatchObject([{ state: 'waiting', lastError: 'answered 503' }]);
    // Claimed by a process that then died.
    await rig.db.query('UPDATE alert_deliveries SET next_at = $1', [
      new Date(rig.clock.nowMs() + MINUTE),
    ]);
    hook.answerWith(200);
    rig.clock.advance(MINUTE);
    await send();
    const ids = new Set(hook.posted.map(({ headers }) => headers['tillwire-message']));
    expect(ids.size).toBe(1);
    const after = await answer(await rig.admin('GET', '/api/alert-sinks'));
    expect(after['deliveries']).toMatchObject([{ state: 'delivered', lastError: '' }]);
    await hook.stop();
  });

  it('is given up after a day, and the history says why', async () => {
    const settings = { kind: 'webhook', url: 'http://127.0.0.1:9/hook' };
    const sink = await answer(
      await rig.admin('POST', '/api/alert-sinks', { name: 'Nobody', settings }),
    );
    await rig.admin('POST', `/api/alert-sinks/${Number(sink['sinkId'])}/test`);
    await send();
    rig.clock.advance(24 * 60 * MINUTE);
    await send();
    const shown = await answer(await rig.admin('GET', '/api/alert-sinks'));
    expect(shown['deliveries']).toMatchObject([{ state: 'given-up', attempts: 2 }]);
  });
});

describe('silences and rules', () => {
  it('a silence keeps an alert from being told until it ends', async () => {
    const hook = await createWebhookSink();
    const settings = { kind: 'webhook', url: hook.url };
    await rig.admin('POST', '/api/alert-sinks', { name: 'Hook', settings });
    const all = { minutes: 60, note: 'moving the shop' };
    const refused = await rig.admin('POST', '/api/alert-silences', all);
    expect(await answer(refused)).toMatchObject({ faults: [{ path: 'rule' }] });
    const silence = await answer(
      await rig.admin('POST', '/api/alert-silences', { ...all, store: 'S01' }),
    );
    await pass(6 * MINUTE, 'S02', 'S03');
    expect(await brief()).toEqual(['S01 no-heartbeat firing']);
    expect(hook.posted).toEqual([]);
    await rig.admin('POST', `/api/alert-silences/${Number(silence['silenceId'])}/end`);
    await pass(20 * SECOND, 'S02', 'S03');
    expect(hook.posted).toHaveLength(1);
    await hook.stop();
  });

  it('a rule is changed with an audit entry; a bad one is refused field by field', async () => {
    const changed = { title: 'Silent', signal: 'heartbeat-age', threshold: 30, forS: 0 };
    await rig.admin('PUT', '/api/alert-rules/no-heartbeat', { ...changed, severity: 'info' });
    await pass(40 * SECOND, 'S02', 'S03');
    expect(await brief()).toEqual(['S01 no-heartbeat firing']);
    const { rows } = await rig.db.query(
      `SELECT actor, before ->> 'threshold' AS before, after ->> 'threshold' AS after FROM audit
       WHERE action = 'change-alert-rule' AND subject = 'no-heartbeat'`,
    );
    expect(rows).toEqual([{ actor: 'admin-token', before: '300', after: '30' }]);
    const bad = { title: '', signal: 'mood', threshold: -1, forS: 0.5, severity: 'loud' };
    const refused = await answer(await rig.admin('PUT', '/api/alert-rules/Bad_Name', bad));
    expect(refused).toMatchObject({ code: 'bad-request' });
    const faults = await answer(await rig.admin('PUT', '/api/alert-rules/fine', bad));
    expect((faults['faults'] as { path: string }[]).map(({ path }) => path)).toEqual([
      'title',
      'signal',
      'threshold',
      'forS',
      'severity',
    ]);
  });

  it('an address that would carry alerts in the clear is refused', async () => {
    const settings = { kind: 'webhook', url: 'http://hooks.example/x' };
    const refused = await rig.admin('POST', '/api/alert-sinks', { name: 'Hook', settings });
    expect(await answer(refused)).toMatchObject({
      faults: [{ path: 'settings.url', message: 'is https, unless it is on this machine' }],
    });
  });
});

describe('every signal', () => {
  it('is read from what the shops sent, and of shops of the chain alone', async () => {
    const at = new Date(rig.clock.nowMs());
    await rig.db.query(`UPDATE stores SET provisioned_at = NULL WHERE store = 'S03'`);
    await rig.db.query(
      `UPDATE heartbeats SET payload = payload || '{"publish_error_ppm": 20000, "disk_free_bytes": 5,
         "at": "2025-07-23T12:28:00Z", "unsent": {"count": 700, "oldest_age_s": 800}}' WHERE store = 'S01'`,
    );
    await rig.db.query(
      `UPDATE journal_epochs SET frozen_at_seq = 3, held_through = 2, complete_through = 2
       WHERE store = 'S01' AND journal_epoch = 1`,
    );
    await rig.db.query(
      `INSERT INTO days (store, business_date, state) VALUES ('S01', '2025-07-22', 'differs')`,
    );
    const one = { topic: 't', reason: 'bad-shape', detail: '', payload: Buffer.from('x') };
    await park(rig.db, [{ ...one, store: 'S01', hash: 'ab'.repeat(32), place: null }], at);
    const readings = await readSignals(rig.db, rig.clock.nowMs());
    const of = (store: string): Record<string, number> =>
      Object.fromEntries(
        readings.filter((one) => one.store === store).map(({ signal, value }) => [signal, value]),
      );
    expect(of('S01')).toMatchObject({
      'heartbeat-age': 0,
      'line-down': 0,
      unsent: 700,
      'oldest-unsent': 800,
      'publish-errors': 20_000,
      'disk-free': 5,
      'clock-skew': 120,
      'journal-broken': 1,
      'journal-gap': 4,
      'days-differing': 1,
      quarantine: 1,
    });
    expect(of('S02')).toMatchObject({ 'journal-broken': 0, unsent: 0 });
    expect(of('S03')).toEqual({});
  });

  it('of Head Office’s own fires too: a certificate that runs out', async () => {
    own = [{ store: '', signal: 'certificate-life', value: 86_400 }];
    await watch();
    expect(await brief()).toEqual([' certificate-expiry firing']);
  });

  it('a shop whose own certificate runs out fires, one that has not used its join file does not', async () => {
    const insert = (store: string, origin: string, days: number) =>
      rig.db.query(
        `INSERT INTO store_credentials (store, generation, user_name, join_id, origin, state,
           requested_by, created_at, certificate_until)
         VALUES ($1, 2, $1, 'one', $2, 'in-use', 'anna', now(), $3)`,
        [store, origin, new Date(rig.clock.nowMs() + days * 86_400_000)],
      );
    await insert('S01', 'rotation', 13);
    await insert('S02', 'rotation', 300);
    await insert('S03', 'join', 13);
    await watch();
    expect(await brief()).toEqual(['S01 certificate-expiry firing']);
  });

  it.each([
    ['store-revoked', 'revoked'],
    ['rotation-failed', 'rotation-failed'],
  ])('%s is an alert', async (code, rule) => {
    await rig.db.query(
      `INSERT INTO error_events (store, error_id, received_at, payload)
       VALUES ('S02', 'ho:x', $1, jsonb_build_object('code', $2::text, 'count', 1))`,
      [new Date(rig.clock.nowMs()), code],
    );
    await watch();
    expect(await brief()).toEqual([`S02 ${rule} firing`]);
  });

  it('a fork is an alert for a day after it was seen', async () => {
    await rig.db.query(
      `INSERT INTO error_events (store, error_id, received_at, payload)
       VALUES ('S02', 'ho:journal-fork:x', $1, '{"code": "journal-fork", "count": 1}')`,
      [new Date(rig.clock.nowMs())],
    );
    await watch();
    expect(await brief()).toEqual(['S02 fork firing']);
    rig.clock.advance(24 * 60 * MINUTE);
    await beat('S01', 'S02', 'S03');
    await watch();
    expect(await brief()).toEqual([]);
  });
});

it('History is kept for over a year: what is older and settled is forgotten, what is open is not', async () => {
  const DAY = 24 * 60 * MINUTE;
  const ago = (days: number): Date => new Date(rig.clock.nowMs() - days * DAY);
  const alert = (rule: string, state: string, days: number, told: string | null) =>
    rig.db.query(
      `INSERT INTO alerts (rule_id, store, title, severity, state, value, threshold, since, resolved_at, told)
       VALUES ($1, 'S01', '', 'info', $2, 1, 0, $3, CASE WHEN $2 = 'resolved' THEN $3::timestamptz END, $4)`,
      [rule, state, ago(days), told],
    );
  await alert('long-over', 'resolved', 401, 'resolved');
  await alert('over', 'resolved', 399, 'resolved');
  await alert('never-told', 'resolved', 401, null);
  await alert('end-not-told', 'resolved', 401, 'firing');
  await alert('open-ever-since', 'firing', 500, 'firing');
  expect(await pruneAlerts(rig.db, rig.clock.nowMs())).toBe(2);
  const { rows } = await rig.db.query<{ rule: string }>(
    'SELECT rule_id AS rule FROM alerts ORDER BY alert_id',
  );
  expect(rows.map(({ rule }) => rule)).toEqual(['over', 'end-not-told', 'open-ever-since']);
});
