import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { isStoreCode } from '@tillwire/domain';
import { type BrokerAddress, systemClock, systemIds } from '@tillwire/runtime';
import { issueOnRequest } from '@tillwire/head-office/broker/authority';
import { BROKER_AUTHS } from '@tillwire/head-office/broker/rights';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newCertificateRequest } from '../apps/kiosk/server/joining/certificate-request.ts';
import { startMosquitto, type TestBroker } from './harness/mosquitto.ts';
import { waitFor } from './harness/wait.ts';

const STORES = ['S01', 'S02'].filter(isStoreCode);
const PARTS = ['ingest', 'publisher', 'fleet', 'dashboard', 'head-office'] as const;
const ACTORS = ['S01', 'S02', ...PARTS] as const;
type Actor = (typeof ACTORS)[number];

/** Who may publish to and who may receive each topic of the shop S01, written out by hand. */
const MATRIX: Readonly<
  Record<string, { readonly publish: readonly Actor[]; readonly receive: readonly Actor[] }>
> = {
  'stores/S01/orders': { publish: ['S01'], receive: ['ingest', 'head-office'] },
  'stores/S01/daily/exports': { publish: ['S01'], receive: ['ingest', 'head-office'] },
  'stores/S01/telemetry/health': { publish: ['S01'], receive: [...PARTS] },
  'stores/S01/telemetry/errors': { publish: ['S01'], receive: [...PARTS] },
  'stores/S01/telemetry/state': { publish: ['S01'], receive: [...PARTS] },
  'stores/S01/cmd/results': { publish: ['S01'], receive: ['ingest', 'fleet', 'head-office'] },
  'ho/ack/S01': { publish: ['ingest', 'head-office'], receive: ['S01'] },
  'ho/journal/S01': { publish: ['ingest', 'head-office'], receive: ['S01'] },
  'ho/cmd/S01': { publish: ['ingest', 'fleet', 'head-office'], receive: ['S01'] },
  'ho/config/S01': {
    publish: ['publisher', 'fleet', 'head-office'],
    receive: ['S01', 'publisher', 'fleet', 'head-office'],
  },
  'ho/catalog/delta/S01': {
    publish: ['publisher', 'head-office'],
    receive: ['S01', 'publisher', 'head-office'],
  },
  'ho/catalog/full/v1': {
    publish: ['publisher', 'head-office'],
    receive: ['S01', 'S02', 'publisher', 'head-office'],
  },
};
const TOPICS = Object.keys(MATRIX);

/** Asked for beside each topic by itself: nothing wider than one's own may come in through these. */
const WIDE = ['#', 'stores/#', 'stores/+/orders', 'ho/#', 'ho/ack/+', 'ho/+/S01', '$CONTROL/#'];

/** Who receives a topic, as the witness of whether a publish went through. */
const witnessOf = (topic: string): Actor => MATRIX[topic]?.receive.at(-1) ?? 'head-office';
const publisherOf = (topic: string): Actor => MATRIX[topic]?.publish.at(-1) ?? 'head-office';

interface Player {
  readonly client: MqttClient;
  /** `topic payload` of everything that came. */
  readonly received: Set<string>;
}

function connect(address: BrokerAddress, version: 4 | 5): Promise<Player> {
  const { url, ...credential } = address;
  const given = Object.fromEntries(
    Object.entries(credential).filter(([, value]) => value !== undefined),
  );
  const client = mqtt.connect(url, { ...given, protocolVersion: version, reconnectPeriod: 0 });
  const received = new Set<string>();
  client.on('message', (topic, payload) => received.add(`${topic} ${payload.toString()}`));
  return new Promise((resolve, reject) => {
    client.once('connect', () => resolve({ client, received }));
    client.once('error', (error) => {
      client.end(true);
      reject(error);
    });
    client.once('close', () => reject(new Error('closed')));
  });
}

/** `accepted`, or the reason code by which the broker denied it. */
const publish = (player: Player, topic: string, payload: string): Promise<number | 'accepted'> =>
  new Promise((resolve, reject) => {
    player.client.publish(topic, payload, { qos: 1 }, (error) => {
      if (error === null || error === undefined) resolve('accepted');
      else if ('code' in error && typeof error.code === 'number') resolve(error.code);
      else reject(error);
    });
  });

/** Whether the broker says that it grants the subscription. */
const subscribe = (player: Player, filter: string): Promise<boolean> =>
  new Promise((resolve) => {
    player.client.subscribe(filter, { qos: 1 }, (error, granted) =>
      resolve(error === null && (granted ?? []).every(({ qos }) => qos < 128)),
    );
  });

const NOT_AUTHORIZED = 135;
/** What a client hears that has no business here: by its password, or by the TLS it speaks. */
const TURNED_AWAY = /not authorized|bad user ?name or password|alert|closed/i;

describe.each(BROKER_AUTHS)('access by %s', (auth) => {
  let broker: TestBroker;
  beforeAll(async () => {
    broker = await startMosquitto({ stores: STORES, auth });
  });
  afterAll(() => broker.remove());

  /** Where stores are known by certificates, theirs are made as they make them: a key here, signed on request. */
  const addressOf = async (actor: Actor): Promise<BrokerAddress> => {
    const address = await broker.address(actor);
    if (auth === 'dynsec' || !isStoreCode(actor)) return address;
    const [certificate, key] = await Promise.all(
      ['clients.crt', 'clients.key'].map((file) =>
        readFile(join(dirname(broker.ca), file), 'utf8'),
      ),
    );
    const asked = await newCertificateRequest(actor);
    const issued = await issueOnRequest(
      { certificate: certificate ?? '', key: key ?? '' },
      { request: asked.request, user: actor, days: 1 },
      { clock: systemClock, ids: systemIds },
    );
    if (issued === null) throw new Error('the request was refused');
    return { ...address, cert: issued, key: asked.key };
  };

  const players = async (version: 4 | 5): Promise<Readonly<Record<Actor, Player>>> =>
    Object.fromEntries(
      await Promise.all(
        ACTORS.map(
          async (actor) => [actor, await connect(await addressOf(actor), version)] as const,
        ),
      ),
    ) as Record<Actor, Player>;

  const leave = async (all: Readonly<Record<Actor, Player>>): Promise<void> => {
    await Promise.all(Object.values(all).map(({ client }) => client.endAsync()));
  };

  describe.each([5, 4] as const)('over MQTT version %i', (version) => {
    it('Only those entitled publish to a topic', async () => {
      const all = await players(version);
      for (const topic of TOPICS) await subscribe(all[witnessOf(topic)], topic);
      const outcomes = new Map<string, number | 'accepted'>();
      for (const actor of ACTORS) {
        for (const topic of TOPICS) {
          outcomes.set(`${actor} ${topic}`, await publish(all[actor], topic, actor));
        }
      }
      // Once these are there, whatever was let through before them is too.
      for (const topic of TOPICS) await publish(all[publisherOf(topic)], topic, 'last');
      for (const topic of TOPICS) {
        const { received } = all[witnessOf(topic)];
        await waitFor(`the last one on ${topic}`, () => received.has(`${topic} last`));
      }
      const arrived = TOPICS.flatMap((topic) =>
        ACTORS.filter((actor) => all[witnessOf(topic)].received.has(`${topic} ${actor}`)).map(
          (actor) => `${topic} from ${actor}`,
        ),
      );
      const entitled = TOPICS.flatMap((topic) =>
        ACTORS.filter((actor) => MATRIX[topic]?.publish.includes(actor)).map(
          (actor) => `${topic} from ${actor}`,
        ),
      );
      expect(arrived).toEqual(entitled);
      for (const [what, outcome] of outcomes) {
        const [actor = '', topic = ''] = what.split(' ');
        const may = MATRIX[topic]?.publish.includes(actor as Actor) === true;
        // MQTT 3.1.1 has no way to say no: a denied publish is answered like any other, and dropped.
        expect([what, outcome]).toEqual([what, may || version === 4 ? 'accepted' : NOT_AUTHORIZED]);
      }
      await leave(all);
    });

    it('Only those entitled receive a topic, whatever they subscribe to', async () => {
      const all = await players(version);
      const granted = new Map<string, boolean>();
      for (const actor of ACTORS) {
        for (const filter of [...TOPICS, ...WIDE]) {
          granted.set(`${actor} ${filter}`, await subscribe(all[actor], filter));
        }
      }
      for (const topic of TOPICS) await publish(all[publisherOf(topic)], topic, 'news');
      await publish(all['head-office'], 'ho/ack/S02', 'last');
      await publish(all['head-office'], 'ho/ack/S01', 'last');
      await publish(all['S01'], 'stores/S01/telemetry/health', 'last');
      // S02 knows only its own.
      await subscribe(all['S02'], 'ho/ack/S02');
      await publish(all['head-office'], 'ho/ack/S02', 'last');
      for (const actor of ACTORS) {
        await waitFor(`the last one for ${actor}`, () =>
          [...all[actor].received].some((message) => message.endsWith(' last')),
        );
      }
      const arrived = TOPICS.map((topic) => [
        topic,
        ACTORS.filter((actor) => all[actor].received.has(`${topic} news`)),
      ]);
      const entitled = TOPICS.map((topic) => [
        topic,
        // An access file's pattern has no exceptions: with it Head Office's accounts may read the menu too.
        topic.startsWith('ho/catalog/full/') && auth === 'access-file'
          ? [...ACTORS]
          : ACTORS.filter((actor) => MATRIX[topic]?.receive.includes(actor)),
      ]);
      expect(arrived).toEqual(entitled);
      if (auth !== 'access-file') {
        // An access file grants every subscription and filters what is delivered.
        for (const actor of ACTORS) {
          for (const topic of TOPICS) {
            expect([actor, topic, granted.get(`${actor} ${topic}`)]).toEqual([
              actor,
              topic,
              MATRIX[topic]?.receive.includes(actor),
            ]);
          }
          for (const filter of ['#', 'stores/#', 'ho/#', '$CONTROL/#']) {
            expect([actor, filter, granted.get(`${actor} ${filter}`)]).toEqual([
              actor,
              filter,
              false,
            ]);
          }
        }
      }
      await leave(all);
    });

    it('A stranger does not get in', async () => {
      const known = await broker.address('S01');
      const { url, ca } = known;
      const strangers: readonly BrokerAddress[] = [
        { url, ca },
        { url, ca, username: 'S01', password: '' },
        { url, ca, username: 'S01', password: 'wrong' },
        { url, ca, username: 'S99', password: known.password ?? 'wrong' },
      ];
      for (const stranger of strangers) {
        await expect(connect(stranger, version)).rejects.toThrow(TURNED_AWAY);
      }
    });
  });

  it('A client takes no broker for its own that another authority vouches for', async () => {
    const other = await startMosquitto({ stores: STORES, auth });
    const [own, foreign] = [await broker.address('S01'), await other.address('S01')];
    await expect(connect({ ...own, url: foreign.url }, 5)).rejects.toThrow(/certificate|signature/);
    // Nor does the broker one whose certificate another authority signed.
    await expect(connect({ ...foreign, url: own.url, ca: own.ca }, 5)).rejects.toThrow(TURNED_AWAY);
    await other.remove();
  });
});
