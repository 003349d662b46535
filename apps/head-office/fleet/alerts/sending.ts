import { createHmac } from 'node:crypto';
import { unseal } from '@tillwire/contract';
import { type Clock, type Ids, type Log, repeat, type Service } from '@tillwire/runtime';
import { backoffMs } from '@tillwire/sync';
import nodemailer from 'nodemailer';
import {
  claimDeliveries,
  type DueDelivery,
  type Settlement,
  settleDelivery,
} from '../../store/alert-sink-store.ts';
import type { Database } from '../../store/database.ts';
import type { AlertMessage, SinkSettings } from './messages.ts';

const LOOK_EVERY_MS = 1000;
const WITHIN_MS = 10_000;
/** Longer than any try takes: what is claimed and not settled by then was lost with its process. */
const LEASE_MS = 60_000;
const BACKOFF = { firstBackoffMs: 5000, maxBackoffMs: 600_000 };
const GIVE_UP_AFTER_MS = 24 * 3_600_000;

export interface AlertSenderDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** Opens the sinks' secrets. */
  readonly sinkKey: Buffer;
}

/** What a secret of a sink is sealed for: it opens nowhere else. */
export const SINK_SEAL = 'alert-sink';

/** Sends queued messages, each until it is taken; after a day it is given up, and the history says why. */
export const createAlertSender = (deps: AlertSenderDeps): Service => ({
  name: 'alert-sender',
  run: (signal) =>
    repeat(
      LOOK_EVERY_MS,
      signal,
      () => sendDue(deps),
      (error) => deps.log.error({ err: error }, 'alert messages could not be sent; trying again'),
    ),
});

export async function sendDue(deps: AlertSenderDeps): Promise<void> {
  const due = await claimDeliveries(deps.db, deps.clock.nowMs(), LEASE_MS);
  await Promise.all(due.map((delivery) => sendOne(deps, delivery)));
}

async function sendOne(
  { db, clock, ids, log, sinkKey }: AlertSenderDeps,
  delivery: DueDelivery,
): Promise<void> {
  const { deliveryId, sinkId, attempts, settings, message } = delivery;
  const secret = delivery.secret === null ? null : unseal(sinkKey, SINK_SEAL, delivery.secret);
  const error =
    delivery.secret !== null && secret === null
      ? 'its secret was sealed by another key: set it anew'
      : await sendTo(settings, message, secret, clock.nowMs());
  const nowMs = clock.nowMs();
  if (error !== null) log.warn({ sinkId, attempts, error }, 'an alert message was not taken');
  await settleDelivery(db, deliveryId, settlementOf(delivery, error, nowMs, ids.chance()));
}

function settlementOf(
  { attempts, createdAt }: DueDelivery,
  error: string | null,
  nowMs: number,
  chance: number,
): Settlement {
  if (error === null) return { state: 'delivered', error: '', atMs: nowMs };
  const againAtMs = nowMs + backoffMs(attempts, BACKOFF, chance);
  return againAtMs - createdAt.getTime() > GIVE_UP_AFTER_MS
    ? { state: 'given-up', error, atMs: nowMs }
    : { state: 'waiting', error, atMs: againAtMs };
}

/** Why it was not taken, or null. Neither settings nor secret are in the answer. */
async function sendTo(
  settings: SinkSettings,
  message: AlertMessage,
  secret: string | null,
  nowMs: number,
): Promise<string | null> {
  try {
    if (settings.kind === 'webhook') return await postTo(settings.url, message, secret, nowMs);
    await mailTo(settings, message, secret);
    return null;
  } catch (error) {
    return faultOf(error);
  }
}

function faultOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return (cause instanceof Error ? cause.message : String(cause)).slice(0, 300);
}

/**
 * The header by which a webhook is known to be ours and not an old one: `t=<Unix seconds>,v1=<HMAC-SHA256 of
 * "<t>.<body>" by the shared key, hex>`.
 */
const webhookSignature = (key: string, body: string, nowMs: number): string => {
  const t = Math.floor(nowMs / 1000);
  return `t=${t},v1=${createHmac('sha256', key).update(`${t}.${body}`).digest('hex')}`;
};

async function postTo(
  url: string,
  message: AlertMessage,
  key: string | null,
  nowMs: number,
): Promise<string | null> {
  const body = JSON.stringify(message);
  const response = await fetch(url, {
    method: 'POST',
    redirect: 'error',
    signal: AbortSignal.timeout(WITHIN_MS),
    headers: {
      'content-type': 'application/json',
      'tillwire-message': message.id,
      ...(key === null ? {} : { 'tillwire-signature': webhookSignature(key, body, nowMs) }),
    },
    body,
  });
  await response.body?.cancel();
  return response.ok ? null : `answered ${response.status}`;
}

async function mailTo(
  settings: Extract<SinkSettings, { kind: 'smtp' }>,
  message: AlertMessage,
  password: string | null,
): Promise<void> {
  const { host, port, implicitTls, user, from, to } = settings;
  const transport = nodemailer.createTransport({
    host,
    port,
    secure: implicitTls,
    requireTLS: !isThisMachine(host),
    ...(user === null ? {} : { auth: { user, pass: password ?? '' } }),
    connectionTimeout: WITHIN_MS,
    greetingTimeout: WITHIN_MS,
    socketTimeout: WITHIN_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    await transport.sendMail({
      from,
      to: [...to],
      subject: message.subject,
      text: message.text,
      messageId: `<${message.id}@tillwire>`,
    });
  } finally {
    transport.close();
  }
}

/** Whether what goes to `host` never leaves this machine. */
export const isThisMachine = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || host === '::1' || /^127\.[\d.]+$/.test(host);
