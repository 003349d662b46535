import { readFile } from 'node:fs/promises';
import {
  acknowledgementSchema,
  canonicalText,
  type CatalogueReport,
  encodeEvents,
  type Heartbeat,
} from '@tillwire/contract';
import type { StoreCode, UtcInstant } from '@tillwire/domain';
import {
  createPump,
  type OwnJournal,
  PUMP_SETTINGS,
  type PumpEffect,
  type PumpEvent,
  releaseBy,
  uncoveredBy,
} from '@tillwire/sync';
import { connectAsync, type MqttClient } from 'mqtt';
import { untilClosed } from '../until-closed.ts';
import type { LightJournal } from './events.ts';
import type { LightMenu } from './light-menu.ts';

/**
 * A kiosk that is nothing but its line: a journal in memory, the product's own pump and rules of release, MQTT.js.
 * It sends and believes what a real one does, in a thousandth of the memory.
 */
export interface LightKiosk {
  readonly connect: () => Promise<void>;
  readonly disconnect: () => Promise<void>;
  readonly isUp: () => boolean;
  /** Something was sold. */
  readonly committed: () => void;
  readonly beat: () => Promise<void>;
  readonly unsent: () => number;
  /** Head Office has everything up to here. */
  readonly completeThrough: () => number;
}

export interface LightKioskDeps {
  readonly store: string;
  readonly account: Readonly<Record<string, string>>;
  readonly journal: LightJournal;
  /** It takes menus too, where it has one. */
  readonly menu?: LightMenu;
  /** Of this moment, as text, for heartbeats. */
  readonly now: () => string;
}

export function createLightKiosk({
  store,
  account,
  journal,
  menu,
  now,
}: LightKioskDeps): LightKiosk {
  const pump = createPump({ ...PUMP_SETTINGS, ratePerS: null });
  const released = new Set<number>();
  let client: MqttClient | null = null;
  let timer: NodeJS.Timeout | undefined;
  let [complete, incarnation, session, reports] = [0, 0, 0, 0];

  const tell = (event: PumpEvent): void => {
    for (const effect of pump.handle(event, performance.now())) run(effect);
    clearTimeout(timer);
    const wakeAtMs = pump.wakeAtMs();
    if (wakeAtMs === null || client === null) return;
    timer = setTimeout(() => tell({ type: 'tick' }), Math.max(1, wakeAtMs - performance.now()));
  };
  const run = (effect: PumpEffect): void => {
    if (effect.type === 'scan') {
      const rows: number[] = [];
      let [row, bytes] = [effect.after + 1, 0];
      for (; row <= effect.through && rows.length < effect.limit; row++) {
        if (released.has(row)) continue;
        bytes += journal.at(row)?.text.length ?? 0;
        if (rows.length > 0 && bytes > effect.maxBytes) break;
        rows.push(row);
      }
      queueMicrotask(() =>
        tell({ type: 'scanned', scan: effect.scan, rows, complete: row > effect.through }),
      );
    } else if (effect.type === 'send') {
      const texts = effect.rows.map((row) => journal.at(row)?.text ?? '');
      client
        ?.publishAsync(`stores/${store}/orders`, Buffer.from(encodeEvents(texts)), { qos: 1 })
        .then(
          () => tell({ type: 'accepted', message: effect.message }),
          // The connection ended: the pump sends it again on the next one.
          () => undefined,
        );
    }
  };
  const receive = (payload: Buffer): void => {
    const ack = acknowledgementSchema.parse(JSON.parse(payload.toString()));
    const own: OwnJournal = {
      incarnation,
      heads: new Map([[1, journal.head()]]),
      hashAt: ({ epoch, seq }) => (epoch === 1 ? journal.at(seq)?.hash : undefined),
    };
    const release = releaseBy(ack, own);
    if (release === null) return;
    incarnation = ack.incarnation;
    if (release.beganAnew) {
      for (const { from, to } of uncoveredBy(ack, own)) {
        for (let row = from; row <= to; row++) released.delete(row);
        complete = Math.min(complete, from - 1);
        tell({ type: 'requeued', after: from - 1 });
      }
    }
    const rows = [...release.released, ...release.parked].map(({ seq }) => seq);
    for (const { seq } of release.releasedThrough) {
      for (let row = complete + 1; row <= seq; row++) rows.push(row);
      complete = Math.max(complete, seq);
    }
    const fresh = rows.filter((row) => !released.has(row));
    for (const row of fresh) released.add(row);
    if (fresh.length > 0) tell({ type: 'released', rows: fresh });
  };
  const takeMenu = (topic: string, payload: Buffer): void => {
    const newest = menu?.receive(topic, payload) ?? null;
    if (newest === null) return;
    const version = menu?.version() ?? 0;
    const report: CatalogueReport = {
      store_code: store as StoreCode,
      at: now() as UtcInstant,
      session,
      number: ++reports,
      in_force: version === 0 ? null : { catalog_version: version, part: 'now' },
      newest,
    };
    client
      ?.publishAsync(`stores/${store}/telemetry/catalogue`, canonicalText(report), { qos: 1 })
      // The connection ended: the next one brings the menu, and what it is told, once more.
      .catch(() => undefined);
  };
  const stateText = (state: string): string =>
    canonicalText({ store_code: store, state, session: Math.max(1, session) });
  const beat = async (): Promise<void> => {
    const head = journal.head();
    const heartbeat: Heartbeat = {
      store_code: store as StoreCode,
      at: now() as UtcInstant,
      session,
      version: 'light',
      uptime_s: 1,
      catalog_version: menu?.version() ?? 0,
      config_version: 0,
      journal: [
        {
          journal_epoch: 1,
          journal_seq: head,
          hash: journal.at(head)?.hash ?? '0'.repeat(64),
          holes: [],
        },
      ],
      unsent: { count: head - released.size, oldest_age_s: 0 },
      parked: 0,
      publish_error_ppm: 0,
      disk_free_bytes: 1e9,
      memory_bytes: 1e8,
      last_z: null,
      last_backup_at: null,
    };
    await client?.publishAsync(`stores/${store}/telemetry/health`, canonicalText(heartbeat), {
      qos: 1,
    });
  };
  return {
    connect: async () => {
      session = Math.max(session + 1, Math.floor(Date.parse(now()) / 1000));
      // Without tries of its own: it would wait for ever on a connection that ends before it began.
      const made = await connectAsync(
        account['MQTT_URL'] ?? '',
        {
          ca: await readFile(account['MQTT_CA'] ?? ''),
          username: account['MQTT_USER'] ?? '',
          password: account['MQTT_PASS'] ?? '',
          clientId: `${store}-light`,
          protocolVersion: account['MQTT_VERSION'] === '4' ? 4 : 5,
          clean: true,
          reconnectPeriod: 0,
          resubscribe: false,
          keepalive: 60,
          will: {
            topic: `stores/${store}/telemetry/state`,
            payload: Buffer.from(stateText('offline')),
            qos: 1,
            retain: true,
          },
        },
        false,
      );
      client = made;
      made.on('message', (topic, payload) =>
        topic.startsWith('ho/catalog/') ? takeMenu(topic, payload) : receive(payload),
      );
      made.on('error', () => undefined);
      made.on('close', () => {
        if (client !== made) return;
        client = null;
        clearTimeout(timer);
        tell({ type: 'down' });
      });
      const menus = menu === undefined ? [] : ['ho/catalog/full/+', `ho/catalog/delta/${store}`];
      try {
        await untilClosed(made, async () => {
          await made.subscribeAsync([`ho/ack/${store}`, ...menus], { qos: 1 });
          await made.publishAsync(`stores/${store}/telemetry/state`, stateText('online'), {
            qos: 1,
            retain: true,
          });
          await beat();
        });
      } catch (error) {
        // Half a connection is none.
        made.end(true);
        throw error;
      }
      tell({ type: 'up', head: journal.head() });
    },
    disconnect: async () => {
      const ending = client;
      client = null;
      clearTimeout(timer);
      pump.handle({ type: 'down' }, performance.now());
      await ending?.endAsync(true);
    },
    isUp: () => client !== null,
    committed: () => tell({ type: 'committed', head: journal.head() }),
    beat,
    unsent: () => journal.head() - released.size,
    completeThrough: () => complete,
  };
}
