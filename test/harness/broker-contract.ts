import mqtt from 'mqtt';
import { type Line, startLine } from '@tillwire/lab/line';
import {
  type BrokerAddress,
  createLog,
  createMqttLink,
  type IncomingMessage,
  type MqttLink,
  type MqttLinkOptions,
  systemIds,
} from '@tillwire/runtime';
import { LINK_SETTINGS } from '@tillwire/sync';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MAX_PACKET_BYTES } from '../../apps/head-office/fleet/broker/mosquitto-conf.ts';
import { waitFor } from './wait.ts';

/** What a broker does where the protocols leave it a choice; nothing of ours rests on the better one. */
export interface BrokerKind {
  readonly name: string;
  readonly version: 4 | 5;
  /** What a publish without the right to it comes to. */
  readonly denied: 'denied' | 'accepted' | 'lost';
  /** The publish of what is larger than the broker takes. */
  readonly oversize: 'lost' | 'accepted';
  readonly shares: boolean;
}

export interface ContractBroker {
  readonly address: (user: string) => Promise<BrokerAddress>;
  readonly remove: () => Promise<void>;
}

interface Player {
  readonly link: MqttLink;
  readonly received: IncomingMessage[];
  readonly payloads: () => readonly string[];
  readonly ups: () => number;
  readonly line: Line;
  readonly leave: () => Promise<void>;
}

/** What every broker has to do for the chain, as the tests of whoever calls this. */
export function brokerContract(
  { version, denied, oversize, shares }: BrokerKind,
  startBroker: () => Promise<ContractBroker>,
): void {
  let broker: ContractBroker;
  beforeAll(async () => {
    broker = await startBroker();
  });
  afterAll(() => broker.remove());

  /** A link of `user` over a line of its own; `hold` keeps back every acknowledgement. */
  async function join(
    user: string,
    subscriptions: readonly string[],
    {
      hold = false,
      ...options
    }: { readonly hold?: boolean } & Partial<Pick<MqttLinkOptions, 'will' | 'clientId'>> = {},
  ): Promise<Player> {
    const { url, ...credential } = await broker.address(user);
    const through = new URL(url);
    const line = await startLine([Number(through.port)]);
    through.port = String(line.port);
    const received: IncomingMessage[] = [];
    let ups = 0;
    const link = createMqttLink({
      broker: { ...credential, url: through.href, protocolVersion: version },
      clientId: `${user}-${systemIds.uuid()}`,
      subscriptions,
      onUp: () => ups++,
      onDown: () => undefined,
      onMessage: (message) => {
        received.push(message);
        if (!hold) message.done();
      },
      log: createLog('test', 'silent'),
      ids: systemIds,
      settings: { ...LINK_SETTINGS, firstBackoffMs: 50 },
      ...options,
    });
    link.start();
    await waitFor(`${user} to be up`, () => link.isUp());
    return {
      link,
      received,
      payloads: () => received.map(({ payload }) => payload.toString()),
      ups: () => ups,
      line,
      leave: async () => {
        await link.stop();
        line.close();
      },
    };
  }

  /** Whether the broker grants Head Office a subscription. */
  async function grants(filter: string): Promise<boolean> {
    const { url, username, password, ca } = await broker.address('head-office');
    const client = await mqtt.connectAsync(url, {
      ...(ca === undefined ? {} : { ca }),
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      protocolVersion: version,
    });
    const answer = await new Promise<boolean>((resolve) => {
      client.subscribe(filter, { qos: 1 }, (error) => resolve(error === null));
    });
    await client.endAsync();
    return answer;
  }

  const count = (many: number): readonly string[] => Array.from({ length: many }, (_, n) => `${n}`);

  it('gives a subscriber hundreds of messages before the first is acknowledged', async () => {
    const office = await join('head-office', ['stores/+/orders'], { hold: true });
    const shop = await join('S01', []);
    const sent = count(300);
    const outcomes = await Promise.all(
      sent.map((payload) => shop.link.publish('stores/S01/orders', payload)),
    );
    expect(new Set(outcomes)).toEqual(new Set(['accepted']));
    await waitFor('all of them', () => office.received.length === sent.length);
    expect(office.payloads()).toEqual(sent);
    for (const { done } of office.received.toReversed()) done();
    // In any order, and the connection is as good as before.
    await shop.link.publish('stores/S01/orders', 'one more');
    await waitFor('one more', () => office.payloads().includes('one more'));
    expect(office.ups()).toBe(1);
    await Promise.all([office.leave(), shop.leave()]);
  });

  it('loses nothing without saying so when the line is cut; a new connection takes what is sent again', async () => {
    const office = await join('head-office', ['stores/+/orders'], { hold: true });
    const shop = await join('S01', []);
    await shop.link.publish('stores/S01/orders', 'before');
    await waitFor('what came before', () => office.received.length === 1);
    shop.line.freeze();
    const publishes = count(5).map((payload) => shop.link.publish('stores/S01/orders', payload));
    shop.line.cut();
    expect(await Promise.all(publishes)).toEqual(publishes.map(() => 'lost'));
    expect(await shop.link.publish('stores/S01/orders', 'while it is down')).toBe('lost');
    shop.line.mend();
    await waitFor('a second connection', () => shop.link.isUp() && shop.ups() === 2);
    expect(await shop.link.publish('stores/S01/orders', 'after')).toBe('accepted');
    await waitFor('what came after', () => office.payloads().includes('after'));

    // The other end is cut too: what it held is nothing to its next connection.
    office.line.cut();
    office.line.mend();
    await waitFor('a second connection', () => office.link.isUp() && office.ups() === 2);
    for (const { done } of office.received) done();
    await shop.link.publish('stores/S01/orders', 'again');
    await waitFor('what is sent again', () => office.payloads().includes('again'));
    expect(office.payloads()).toEqual(['before', 'after', 'again']);
    await Promise.all([office.leave(), shop.leave()]);
  });

  it('keeps a set of retained messages, each until it is cleared', async () => {
    const office = await join('head-office', []);
    const publish = (topic: string, text: string) =>
      office.link.publish(topic, text, { retain: true });
    await publish('ho/catalog/full/v1', 'one');
    await publish('ho/catalog/full/v2', 'two');
    await publish('ho/catalog/delta/S01', 'mine');
    await publish('ho/catalog/delta/S02', 'another shop’s');
    const own = ['ho/catalog/full/+', 'ho/catalog/delta/S01'];
    const first = await join('S01', own);
    await waitFor('the set', () => first.received.length === 3);
    expect(first.payloads().toSorted()).toEqual(['mine', 'one', 'two']);
    await publish('ho/catalog/full/v1', '');
    await waitFor('word of the clearing', () => first.payloads().includes(''));
    const second = await join('S01', own);
    await waitFor('what is left', () => second.received.length === 2);
    await second.link.publish('stores/S01/orders', 'sent after them, answered after them');
    expect(second.payloads().toSorted()).toEqual(['mine', 'two']);
    for (const topic of ['full/v2', 'delta/S01', 'delta/S02']) {
      await publish(`ho/catalog/${topic}`, '');
    }
    await Promise.all([office.leave(), first.leave(), second.leave()]);
  });

  it('tells of a connection that died by its last will, not of one that was ended', async () => {
    const office = await join('head-office', ['stores/+/telemetry/state']);
    let session = 0;
    const will = () => ({ topic: 'stores/S01/telemetry/state', payload: `offline ${++session}` });
    const shop = await join('S01', [], { will });
    const polite = await join('S01', [], { will });
    await polite.leave();
    shop.line.cut();
    await waitFor('the last will', () => office.received.length > 0);
    expect(office.payloads()).toEqual(['offline 1']);
    await Promise.all([office.leave(), shop.leave()]);
    const cleared = await join('S01', []);
    await cleared.link.publish('stores/S01/telemetry/state', '', { retain: true });
    await cleared.leave();
  });

  it('delivers no publish that is not allowed, and the next one is taken', async () => {
    const other = await join('S02', ['ho/ack/S02']);
    const office = await join('head-office', ['stores/+/orders']);
    const shop = await join('S01', []);
    expect(await shop.link.publish('stores/S02/orders', 'another’s')).toBe(denied);
    await waitFor('the shop to be up', () => shop.link.isUp());
    expect(await shop.link.publish('stores/S01/orders', 'its own')).toBe('accepted');
    await waitFor('its own', () => office.received.length > 0);
    expect(office.payloads()).toEqual(['its own']);
    await Promise.all([office.leave(), shop.leave(), other.leave()]);
  });

  it('takes the largest batch; what is larger than it takes ends the connection, and never passes for taken', async () => {
    const office = await join('head-office', ['stores/+/orders']);
    const shop = await join('S01', []);
    const batch = 'x'.repeat(8 * 1024 * 1024);
    expect(await shop.link.publish('stores/S01/orders', batch)).toBe('accepted');
    await waitFor('the batch', () => office.received[0]?.payload.length === batch.length);
    const tooMuch = 'x'.repeat(MAX_PACKET_BYTES + 1);
    expect(await shop.link.publish('stores/S01/orders', tooMuch)).toBe(oversize);
    await waitFor('the shop to be up', () => shop.link.isUp());
    expect(await shop.link.publish('stores/S01/orders', 'small')).toBe('accepted');
    await waitFor('the small one', () => office.received.at(-1)?.payload.toString() === 'small');
    expect(office.received).toHaveLength(oversize === 'accepted' ? 3 : 2);
    await Promise.all([office.leave(), shop.leave()]);
  });

  it('shares a subscription between several, each message to one of them, or refuses it', async () => {
    if (!shares) return expect(await grants('$share/ingest/stores/+/orders')).toBe(false);
    const filter = '$share/ingest/stores/+/orders';
    const workers = [await join('head-office', [filter]), await join('head-office', [filter])];
    const shop = await join('S01', []);
    const sent = count(100);
    for (const payload of sent) await shop.link.publish('stores/S01/orders', payload);
    await waitFor(
      'all of them',
      () => workers.reduce((sum, { received }) => sum + received.length, 0) >= sent.length,
    );
    const received = workers.flatMap(({ payloads }) => payloads());
    expect(received.toSorted()).toEqual(sent.toSorted());
    expect(workers.every((worker) => worker.received.length > 0)).toBe(true);
    await Promise.all([...workers, shop].map(({ leave }) => leave()));
  });
}
