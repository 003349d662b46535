import { seal } from '@tillwire/contract';
import { type Clock, type Ids, Problem } from '@tillwire/runtime';
import { z } from 'zod';
import { SEVERITIES } from '../fleet/alerts/machine.ts';
import { isThisMachine, SINK_SEAL } from '../fleet/alerts/sending.ts';
import { SIGNAL_NAMES, SIGNALS } from '../fleet/alerts/signals.ts';
import {
  deleteRule,
  endSilence,
  insertSilence,
  listRules,
  listSilences,
  readRule,
  saveRule,
} from '../store/alert-rule-store.ts';
import {
  type AlertSink,
  deleteSink,
  insertDelivery,
  insertSink,
  listDeliveries,
  listSinks,
  readSink,
  updateSink,
} from '../store/alert-sink-store.ts';
import {
  acknowledgeAlert,
  countFiring,
  listOpen,
  listResolved,
  readAlert,
} from '../store/alert-state-store.ts';
import type { Database } from '../store/database.ts';
import type { HeadOfficeApi } from './head-office-api.ts';
import { storeCodeParam } from './store-routes.ts';

export interface AlertRouteDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Seals the sinks' secrets. */
  readonly sinkKey: Buffer;
}

const idText = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
const kebab = z
  .string()
  .max(64)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'is small letters, digits and single hyphens');
const note = z.string().trim().max(500);
const WEEK_MINUTES = 7 * 24 * 60;
const MONTH_S = 31 * 86_400;

/** What is wrong at the shops, by which rules, and whom it is told. */
export function registerAlertRoutes(api: HeadOfficeApi, deps: AlertRouteDeps): void {
  registerAlerts(api, deps);
  registerSilences(api, deps);
  registerRules(api, deps);
  registerSinks(api, deps);
}

function registerAlerts({ read, change }: HeadOfficeApi, { db, clock }: AlertRouteDeps): void {
  read({
    path: '/api/alerts',
    summary: 'open alerts, the worst first; or those that are over, the last first, with `next`',
    role: 'view',
    query: z.object({
      state: z.enum(['open', 'resolved']).default('open'),
      store: storeCodeParam.optional(),
      rule: kebab.optional(),
      before: idText.optional(),
      limit: z.coerce.number().int().min(1).max(500).default(100),
    }),
    handle: async ({ query }) => {
      const nowMs = clock.nowMs();
      if (query.state === 'open') {
        const open = await listOpen(db, nowMs);
        const { store, rule } = query;
        return {
          alerts: open.filter(
            (alert) =>
              (store === undefined || alert.store === store) &&
              (rule === undefined || alert.ruleId === rule),
          ),
        };
      }
      const alerts = await listResolved(db, query, nowMs);
      const last = alerts.at(-1);
      return {
        alerts,
        ...(alerts.length === query.limit && last !== undefined ? { next: last.alertId } : {}),
      };
    },
  });
  read({
    path: '/api/alerts/summary',
    summary: 'how many alerts fire, by severity',
    role: 'view',
    handle: () => countFiring(db),
  });
  change({
    method: 'POST',
    path: '/api/alerts/:id/acknowledge',
    summary: 'say that you look after a firing alert: it is told no more, but its end is',
    action: 'acknowledge-alert',
    role: 'operate',
    params: z.object({ id: idText }),
    body: z.object({ note: note.default('') }),
    problems: { 404: ['unknown-alert'], 409: ['not-to-acknowledge'] },
    handle: async ({ params: { id }, body, caller }) => {
      const by = { by: caller.name, note: body.note, nowMs: clock.nowMs() };
      const done = await acknowledgeAlert(db, id, by);
      const alert = await readAlert(db, id, clock.nowMs());
      if (alert === null) throw new Problem(404, 'unknown-alert', `there is no alert ${id}`);
      if (!done) {
        const { state, acknowledgedBy } = alert;
        throw new Problem(
          409,
          'not-to-acknowledge',
          state === 'firing' ? `${acknowledgedBy} looks after it` : `the alert is ${state}`,
        );
      }
      return { answer: alert, subject: `${alert.ruleId} ${alert.store}`.trim(), after: body };
    },
  });
}

function registerSilences({ read, change }: HeadOfficeApi, { db, clock }: AlertRouteDeps): void {
  read({
    path: '/api/alert-silences',
    summary: 'silences, the last first, those that ended too',
    role: 'view',
    handle: async () => ({ silences: await listSilences(db, 200) }),
  });
  change({
    method: 'POST',
    path: '/api/alert-silences',
    summary: 'tell nobody of alerts of a rule, of a shop, or of both, for a while',
    action: 'silence-alerts',
    role: 'operate',
    status: 201,
    body: z
      .object({
        rule: kebab.nullable().default(null),
        store: storeCodeParam.nullable().default(null),
        minutes: z.int().min(1).max(WEEK_MINUTES),
        note: note.min(1, 'is needed'),
      })
      .refine(({ rule, store }) => rule !== null || store !== null, {
        path: ['rule'],
        error: 'a rule or a shop is needed: everything is not silenced at once',
      }),
    problems: { 404: ['unknown-rule'] },
    handle: async ({ body: { rule, store, minutes, note: why }, caller }) => {
      if (rule !== null && (await readRule(db, rule)) === null) throw unknownRule(rule);
      const nowMs = clock.nowMs();
      const untilMs = nowMs + minutes * 60_000;
      const by = caller.name;
      const silence = await insertSilence(
        db,
        { ruleId: rule, store, untilMs, note: why, by },
        nowMs,
      );
      return { answer: silence, subject: `${rule ?? 'any'} ${store ?? 'any'}`, after: silence };
    },
  });
  change({
    method: 'POST',
    path: '/api/alert-silences/:id/end',
    summary: 'end a silence before its time',
    action: 'end-silence',
    role: 'operate',
    params: z.object({ id: idText }),
    problems: { 404: ['unknown-silence'] },
    handle: async ({ params: { id } }) => {
      const silence = await endSilence(db, id, clock.nowMs());
      if (silence === null) throw new Problem(404, 'unknown-silence', `no silence ${id} is on`);
      return {
        answer: silence,
        subject: `${silence.ruleId ?? 'any'} ${silence.store ?? 'any'}`,
        after: silence,
      };
    },
  });
}

const unknownRule = (rule: string): Problem =>
  new Problem(404, 'unknown-rule', `there is no rule ${rule}`);

const ruleBody = z
  .object({
    title: z.string().trim().min(1, 'is needed').max(100),
    signal: z.enum(SIGNAL_NAMES as [(typeof SIGNAL_NAMES)[number]]),
    threshold: z.int().min(0),
    forS: z.int().min(0).max(MONTH_S),
    severity: z.enum(SEVERITIES),
    stores: z.array(storeCodeParam).max(10_000).default([]),
    codes: z.array(kebab).max(50).default([]),
    windowS: z.int().min(1).max(MONTH_S).default(3600),
    inhibits: z.boolean().default(false),
    enabled: z.boolean().default(true),
  })
  .refine(({ signal, codes }) => (signal === 'error-events') === codes.length > 0, {
    path: ['codes'],
    error: 'are needed for error events, and for nothing else',
  });

function registerRules({ read, change }: HeadOfficeApi, { db, clock }: AlertRouteDeps): void {
  read({
    path: '/api/alert-rules',
    summary: 'what is watched for, and what can be',
    role: 'view',
    handle: async () => ({
      rules: await listRules(db),
      signals: SIGNAL_NAMES.map((name) => ({ name, ...SIGNALS[name] })),
    }),
  });
  change({
    method: 'PUT',
    path: '/api/alert-rules/:rule',
    summary: 'a new rule, or an old one changed',
    action: 'change-alert-rule',
    role: 'manage-fleet',
    params: z.object({ rule: kebab }),
    body: ruleBody,
    handle: async ({ params: { rule: ruleId }, body, caller }) => {
      const before = await readRule(db, ruleId);
      await saveRule(db, { ruleId, ...body }, caller.name, clock.nowMs());
      const after = await readRule(db, ruleId);
      return { answer: after, subject: ruleId, before, after };
    },
  });
  change({
    method: 'DELETE',
    path: '/api/alert-rules/:rule',
    summary: 'watch for something no more; its alerts resolve',
    action: 'delete-alert-rule',
    role: 'manage-fleet',
    params: z.object({ rule: kebab }),
    problems: { 404: ['unknown-rule'] },
    handle: async ({ params: { rule } }) => {
      const before = await readRule(db, rule);
      if (before === null) throw unknownRule(rule);
      await deleteRule(db, rule);
      return { answer: { deleted: rule }, subject: rule, before };
    },
  });
}

/** Characters of a key that signs webhooks. */
const MIN_KEY = 16;

const address = z.email('is an e-mail address').max(200);
const settingsBody = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('webhook'),
    url: z
      .url({ protocol: /^https?$/, error: 'is an https:// address' })
      .max(500)
      .refine(
        (text) =>
          !URL.canParse(text) ||
          new URL(text).protocol === 'https:' ||
          isThisMachine(new URL(text).hostname),
        'is https, unless it is on this machine',
      )
      .refine(
        (text) => !URL.canParse(text) || new URL(text).username === '',
        'holds no password: the secret signs it',
      ),
  }),
  z.object({
    kind: z.literal('smtp'),
    host: z
      .string()
      .max(255)
      .regex(/^[\w.:-]+$/, 'is a host name'),
    port: z.int().min(1).max(65_535),
    implicitTls: z.boolean().default(false),
    user: z.string().min(1).max(200).nullable().default(null),
    from: address,
    to: z.array(address).min(1).max(50),
  }),
]);

const sinkBody = z
  .object({
    name: z.string().trim().min(1, 'is needed').max(100),
    settings: settingsBody,
    minSeverity: z.enum(SEVERITIES).default('warning'),
    enabled: z.boolean().default(true),
    /** Null takes it away; left out, it stays. */
    secret: z.string().min(1, 'is not empty').max(200).nullable().optional(),
  })
  .refine(
    ({ settings, secret }) =>
      settings.kind !== 'webhook' || typeof secret !== 'string' || secret.length >= MIN_KEY,
    { path: ['secret'], error: `has at least ${MIN_KEY} characters` },
  );

const bySink = z.object({ id: idText });
const unknownSink = (id: number): Problem =>
  new Problem(404, 'unknown-sink', `nobody is told under ${id}`);

function registerSinks(api: HeadOfficeApi, { db, clock, ids, sinkKey }: AlertRouteDeps): void {
  const { read, change } = api;
  const sealed = (secret: string | null | undefined): string | null | undefined =>
    typeof secret === 'string' ? seal(sinkKey, SINK_SEAL, secret, ids.secret) : secret;
  const known = async (id: number): Promise<AlertSink> => {
    const sink = await readSink(db, id);
    if (sink === null) throw unknownSink(id);
    return sink;
  };

  read({
    path: '/api/alert-sinks',
    summary: 'whom alerts are told, and what they were told lately; secrets are never shown',
    role: 'view',
    handle: async () => ({
      sinks: await listSinks(db),
      deliveries: await listDeliveries(db, 50),
    }),
  });
  change({
    method: 'POST',
    path: '/api/alert-sinks',
    summary: 'tell alerts to a webhook or by mail',
    action: 'add-alert-sink',
    role: 'manage-fleet',
    status: 201,
    body: sinkBody,
    handle: async ({ body }) => {
      const id = await insertSink(db, { ...body, secret: sealed(body.secret) });
      const after = await known(id);
      return { answer: after, subject: after.name, after };
    },
  });
  change({
    method: 'PUT',
    path: '/api/alert-sinks/:id',
    summary: 'change whom alerts are told',
    action: 'change-alert-sink',
    role: 'manage-fleet',
    params: bySink,
    body: sinkBody,
    problems: { 404: ['unknown-sink'] },
    handle: async ({ params: { id }, body }) => {
      const before = await known(id);
      await updateSink(db, id, { ...body, secret: sealed(body.secret) });
      const after = await known(id);
      return { answer: after, subject: after.name, before, after };
    },
  });
  change({
    method: 'DELETE',
    path: '/api/alert-sinks/:id',
    summary: 'tell somebody no more; what is still on its way goes with it',
    action: 'delete-alert-sink',
    role: 'manage-fleet',
    params: bySink,
    problems: { 404: ['unknown-sink'] },
    handle: async ({ params: { id } }) => {
      const before = await known(id);
      await deleteSink(db, id);
      return { answer: { deleted: id }, subject: before.name, before };
    },
  });
  change({
    method: 'POST',
    path: '/api/alert-sinks/:id/test',
    summary: 'send a message that says nothing is wrong',
    action: 'test-alert-sink',
    role: 'manage-fleet',
    status: 201,
    params: bySink,
    problems: { 404: ['unknown-sink'] },
    handle: async ({ params: { id }, caller }) => {
      const { name } = await known(id);
      const nowMs = clock.nowMs();
      const message = {
        id: ids.uuid(),
        sentAt: new Date(nowMs).toISOString(),
        rule: 'test',
        severity: 'info',
        subject: '[TEST] Alerts of Tillwire arrive here',
        text: `${caller.name} tried whether they do. Nothing is wrong.`,
        alerts: [],
      };
      await insertDelivery(db, id, message, nowMs);
      return { answer: { id: message.id }, subject: name };
    },
  });
}
