import { storeCode } from '@tillwire/domain';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startMosquitto, type TestBroker } from '../../../test/harness/mosquitto.ts';
import { waitFor } from '../../../test/harness/wait.ts';
import { systemIds } from './clock.ts';
import { createLog } from './log.ts';
import { createMqttLink, type IncomingMessage, type MqttLink } from './mqtt-link.ts';

const LINK = {
  firstBackoffMs: 20,
  maxBackoffMs: 100,
  connectTimeoutMs: 5000,
  steadyMs: 1000,
};

describe.each([4, 5] as const)('A link by MQTT version %i to Mosquitto over TLS', (version) => {
  let broker: TestBroker;
  const links: MqttLink[] = [];

  beforeAll(async () => {
    broker = await startMosquitto({ stores: [storeCode('S01'), storeCode('S02')] });
  });
  afterEach(async () => {
    for (const link of links.splice(0)) await link.stop();
  });
  afterAll(() => broker.remove());

  interface Watched {
    readonly link: MqttLink;
    readonly messages: IncomingMessage[];
    readonly ups: () => number;
    readonly downs: () => number;
  }

  const connect = async (
    user: string,
    subscriptions: readonly string[],
    will?: { readonly topic: string; readonly payload: string },
  ): Promise<Watched> => {
    const messages: IncomingMessage[] = [];
    let [ups, downs] = [0, 0];
    const link = createMqttLink({
      broker: { ...(await broker.address(user)), protocolVersion: version },
      clientId: `${user}-${systemIds.uuid().slice(0, 8)}`,
      subscriptions,
      ...(will === undefined ? {} : { will: () => will }),
      onUp: () => ups++,
      onDown: () => downs++,
      onMessage: (message) => messages.push(message),
      log: createLog('test', 'silent'),
      ids: systemIds,
      settings: LINK,
    });
    links.push(link);
    link.start();
    await waitFor(`${user} up`, () => link.isUp());
    return { link, messages, ups: () => ups, downs: () => downs };
  };

  it('carries messages both ways, and goes on taking them before they are done', async () => {
    const office = await connect('ingest', ['stores/+/orders']);
    const shop = await connect('S01', ['ho/ack/S01']);
    const outcomes = await Promise.all(
      ['1', '2', '3'].map((text) => shop.link.publish('stores/S01/orders', text)),
    );
    expect(outcomes).toEqual(['accepted', 'accepted', 'accepted']);
    await waitFor('three messages', () => office.messages.length === 3);
    expect(office.messages.map(({ payload }) => payload.toString())).toEqual(['1', '2', '3']);
    for (const message of office.messages) {
      message.done();
      message.done();
    }
    expect(await office.link.publish('ho/ack/S01', Buffer.from([1, 2]))).toBe('accepted');
    await waitFor('the answer', () => shop.messages.length === 1);
    expect([...(shop.messages[0]?.payload ?? [])]).toEqual([1, 2]);
  });

  it("does not reach another shop's topic", async () => {
    const office = await connect('ingest', ['stores/+/orders']);
    const shop = await connect('S01', ['ho/ack/S01']);
    const denied = await shop.link.publish('stores/S02/orders', 'x');
    // MQTT 3.1.1 has no word for a denial: the broker drops the message and says it took it.
    expect(denied).toBe(version === 5 ? 'denied' : 'accepted');
    await shop.link.publish('stores/S01/orders', 'y');
    await waitFor('its own message', () => office.messages.length > 0);
    expect(office.messages.map(({ payload }) => payload.toString())).toEqual(['y']);
  });

  it('answers what was under way as lost when the broker dies, and comes back by itself', async () => {
    const shop = await connect('S01', ['ho/ack/S01']);
    await broker.kill9();
    await waitFor('the line down', () => shop.downs() === 1);
    expect(shop.link.isUp()).toBe(false);
    expect(await shop.link.publish('stores/S01/orders', 'x')).toBe('lost');
    await broker.start();
    await waitFor('the line up', () => shop.ups() === 2);
    expect(await shop.link.publish('stores/S01/orders', 'x')).toBe('accepted');
  });

  it('leaves no word behind when it stops, and none goes out on a stopped one', async () => {
    const shop = await connect('S01', ['ho/ack/S01'], {
      topic: 'stores/S01/telemetry/state',
      payload: '{}',
    });
    await shop.link.stop();
    expect(shop.downs()).toBe(1);
    expect(await shop.link.publish('stores/S01/orders', 'x')).toBe('lost');
    await shop.link.stop();
    expect(shop.downs()).toBe(1);
  });
});
