import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import {
  LINK_SETTINGS,
  type Link,
  type LinkEvent,
  type LinkSettings,
  stepLink,
  STOPPED_LINK,
} from '@tillwire/sync';
import type { Ids } from './clock.ts';
import type { Log } from './log.ts';
import { rememberLengths } from './mqtt-lengths.ts';

export interface BrokerAddress {
  /** `mqtt://host:1883` or `mqtts://host:8883`. */
  readonly url: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** PEM texts; the server's name is always checked. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** 5 falls back to nothing: brokers that know only 3.1.1 are told by 4. */
  readonly protocolVersion?: 4 | 5 | undefined;
}

/** A message that came in; it is not acknowledged to the broker until `done` is called. */
export interface IncomingMessage {
  readonly topic: string;
  readonly payload: Buffer;
  /** Sends the PUBACK; does nothing once the connection it came by is gone. */
  readonly done: () => void;
}

export interface MqttLinkOptions {
  /** Asked for at every connection: a credential may have been rotated. */
  readonly broker: BrokerAddress | (() => BrokerAddress);
  readonly clientId: string;
  readonly subscriptions: readonly string[];
  /** Made anew for every connection: it carries a session number. */
  readonly will?: () => { readonly topic: string; readonly payload: string };
  readonly onUp: () => void;
  readonly onDown: () => void;
  readonly onMessage: (message: IncomingMessage) => void;
  readonly log: Log;
  readonly ids: Ids;
  readonly settings?: LinkSettings;
}

/** What became of a publish: the broker has it, denied it, or the connection went. None of these releases anything. */
export type PublishOutcome = 'accepted' | 'denied' | 'lost';

export interface MqttLink {
  readonly start: () => void;
  readonly stop: () => Promise<void>;
  readonly isUp: () => boolean;
  /** Asks for the same subscriptions once more: the broker gives everything retained again. */
  readonly subscribeAgain: () => void;
  readonly publish: (
    topic: string,
    payload: string | Uint8Array,
    options?: { readonly retain?: boolean },
  ) => Promise<PublishOutcome>;
}

const WILL_DELAY_S = 5;

/** Drives the link machine over MQTT.js: a new client for every connection, nothing queued across two of them. */
export function createMqttLink(options: MqttLinkOptions): MqttLink {
  const { log, ids, settings = LINK_SETTINGS } = options;
  let link: Link = STOPPED_LINK;
  let client: MqttClient | null = null;
  let timer: NodeJS.Timeout | undefined;
  let closed: Promise<void> = Promise.resolve();
  /** Publishes the broker has not answered yet; a lost connection answers them all. */
  let open = new Set<() => void>();
  let waiting: (() => void)[] = [];
  let window = Number.POSITIVE_INFINITY;

  const handle = (event: LinkEvent): void => {
    const { link: next, effects } = stepLink(link, event, settings, ids.chance());
    link = next;
    for (const effect of effects) {
      switch (effect.type) {
        case 'connect':
          connect();
          break;
        case 'subscribe':
          subscribe();
          break;
        case 'disconnect':
          disconnect();
          break;
        case 'set-timer':
          clearTimeout(timer);
          timer = setTimeout(() => handle({ type: 'timer' }), effect.ms);
          break;
        case 'clear-timer':
          clearTimeout(timer);
          break;
        case 'went-up':
          log.info('broker connected');
          options.onUp();
          break;
        case 'went-down':
          log.warn('broker connection lost');
          options.onDown();
          break;
      }
    }
  };

  const connect = (): void => {
    rememberLengths();
    const broker = typeof options.broker === 'function' ? options.broker() : options.broker;
    const own = mqtt.connect(broker.url, clientOptions(broker, options));
    client = own;
    open = new Set();
    waiting = [];
    const current = (event: LinkEvent): void => {
      if (client === own) handle(event);
    };
    own.handleMessage = (packet, callback) => {
      const { messageId, qos, topic, payload } = packet;
      let answered = qos === 0;
      options.onMessage({
        topic,
        payload: Buffer.from(payload),
        done: () => {
          if (answered || client !== own || messageId === undefined) return;
          answered = true;
          own['_sendPacket']({ cmd: 'puback', messageId });
        },
      });
      // An error here means to MQTT.js: no PUBACK now, and on with the next packet.
      callback(qos === 0 ? undefined : new Error('acknowledged once it is stored'));
    };
    own.on('connect', (connack) => {
      window = connack.properties?.receiveMaximum ?? Number.POSITIVE_INFINITY;
      current({ type: 'connected' });
    });
    own.on('error', (error) => {
      log.warn({ reason: error.message }, 'broker connection failed');
      current({ type: 'lost' });
    });
    own.on('close', () => current({ type: 'lost' }));
    own.on('disconnect', () => current({ type: 'lost' }));
  };

  const subscribe = (): void => {
    const own = client;
    if (options.subscriptions.length === 0) return handle({ type: 'subscribed' });
    own?.subscribe([...options.subscriptions], { qos: 1 }, (error, granted) => {
      if (client !== own) return;
      const refused = granted?.some(({ qos }) => qos >= 128) ?? true;
      if (error !== null || refused) {
        log.error({ reason: error?.message ?? 'refused' }, 'subscription refused');
        handle({ type: 'lost' });
      } else handle({ type: 'subscribed' });
    });
  };

  const disconnect = (): void => {
    const own = client;
    client = null;
    const lost = open;
    open = new Set();
    const never = waiting;
    waiting = [];
    if (own !== null) {
      // Errors of a connection that was given up are nobody's business, but unheard they would end the process.
      own.on('error', () => undefined);
      closed = new Promise((resolve) => {
        own.end(link.state !== 'stopped' || !own.connected, {}, () => resolve());
      });
    }
    for (const settle of [...lost, ...never]) settle();
  };

  return {
    start: () => handle({ type: 'start' }),
    stop: async () => {
      handle({ type: 'stop' });
      await closed;
    },
    isUp: () => link.state === 'up',
    subscribeAgain: () => {
      if (link.state === 'up') subscribe();
    },
    publish: (topic, payload, { retain = false } = {}) =>
      new Promise<PublishOutcome>((resolve) => {
        const own = client;
        if (own === null || link.state !== 'up') return resolve('lost');
        const lost = (): void => resolve('lost');
        const send = (): void => {
          open.add(lost);
          const body = typeof payload === 'string' ? payload : Buffer.from(payload);
          own.publish(topic, body, { qos: 1, retain }, (error) => {
            if (!open.delete(lost)) return;
            resolve(error === null || error === undefined ? 'accepted' : outcomeOf(error));
            waiting.shift()?.();
          });
        };
        if (open.size < window) send();
        else waiting.push(() => (client === own && link.state === 'up' ? send() : lost()));
      }),
  };
}

/** A reason code means that the broker answered; anything else that the connection went. */
const outcomeOf = (error: Error): PublishOutcome =>
  'code' in error && typeof error.code === 'number' && error.code >= 128 ? 'denied' : 'lost';

function clientOptions(broker: BrokerAddress, { clientId, will }: MqttLinkOptions): IClientOptions {
  const lastWill = will?.();
  const version = broker.protocolVersion ?? 5;
  return {
    clientId,
    protocolVersion: version,
    clean: true,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    keepalive: 20,
    connectTimeout: 10_000,
    ...(version === 5 ? { properties: { receiveMaximum: 65_535 } } : {}),
    ...(broker.username === undefined ? {} : { username: broker.username }),
    ...(broker.password === undefined ? {} : { password: broker.password }),
    ...(broker.ca === undefined ? {} : { ca: broker.ca }),
    ...(broker.cert === undefined ? {} : { cert: broker.cert }),
    ...(broker.key === undefined ? {} : { key: broker.key }),
    ...(lastWill === undefined
      ? {}
      : {
          will: {
            topic: lastWill.topic,
            payload: Buffer.from(lastWill.payload),
            qos: 1 as const,
            retain: true,
            ...(version === 5 ? { properties: { willDelayInterval: WILL_DELAY_S } } : {}),
          },
        }),
  };
}
