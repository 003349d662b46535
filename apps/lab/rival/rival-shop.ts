import { connect, type MqttClient } from 'mqtt';
import { createLightJournal, type Templates } from '../light/events.ts';
import type { Random } from '../random.ts';
import { untilClosed } from '../until-closed.ts';
import { pause } from '../waiting.ts';

/** Somebody's lunch; the rival looks at nothing but its id and total. */
const LUNCH: Templates = [
  {
    price_band: 1,
    vat_basis: 'take',
    payment_method: 'Cash',
    lines: [{ item_code: 44, item_type: 'product', qty: 1, line_total_gross: 560 }],
    totals: { gross: 560, net: 467, vat: 93 },
  },
];

export interface RivalShop {
  /** Sells until `closing`, and then until its outbox is empty. */
  readonly run: (closing: AbortSignal) => Promise<void>;
  readonly sold: () => number;
  /** Rows of its outbox that are done: the broker said so. */
  readonly done: () => number;
}

export interface RivalShopOptions {
  readonly store: string;
  readonly url: string;
  readonly random: Random;
  readonly perMinute: number;
  readonly now: () => string;
  /** The whole run is called off: what is left stays in the outbox. */
  readonly stopping: AbortSignal;
}

const AGAIN_MS = 200;
/** An outbox is looked at this often, as usual advice has it. */
const LOOK_MS = 50;

/** An outbox of its own, that no death takes: in order, one by one, done at PUBACK, again after a lost connection. */
export function createRivalShop(options: RivalShopOptions): RivalShop {
  const { store, url, random, perMinute, now, stopping } = options;
  const journal = createLightJournal(store, LUNCH);
  let done = 0;
  const sell = async (closing: AbortSignal): Promise<void> => {
    for (;;) {
      await pause(random.waitMs(60_000 / perMinute), closing);
      if (closing.aborted) return;
      const at = now();
      journal.sell(at.slice(0, 10), at);
    }
  };
  const send = async (closing: AbortSignal): Promise<void> => {
    let client: MqttClient | null = null;
    while (!stopping.aborted && (!closing.aborted || done < journal.head())) {
      const next = journal.at(done + 1);
      if (next === undefined) {
        await pause(LOOK_MS, closing);
        continue;
      }
      // One whose connection ended while nothing was sent would take the next message and never say what became of it.
      if (client?.connected === false) {
        client.end(true);
        client = null;
      }
      try {
        client ??= await rivalClient(url, store);
        const own = client;
        await untilClosed(own, async () => {
          await own.publishAsync(`stores/${store}/orders`, next.text, { qos: 1 });
        });
        done++;
      } catch {
        client?.end(true);
        client = null;
        await pause(AGAIN_MS, stopping);
      }
    }
    // Nothing of it is on the way any more, and a half-open line would never let it say farewell.
    client?.end(true);
  };
  return {
    run: async (closing) => void (await Promise.all([sell(closing), send(closing)])),
    sold: () => journal.head(),
    done: () => done,
  };
}

function rivalClient(url: string, store: string): Promise<MqttClient> {
  const client = connect(url, {
    clientId: `rival-${store}`,
    clean: false,
    protocolVersion: 5,
    properties: { sessionExpiryInterval: 3600 },
    reconnectPeriod: 0,
  });
  client.on('error', () => undefined);
  const { promise, resolve, reject } = Promise.withResolvers<MqttClient>();
  // The library's own promise waits for ever on a connection that ends before it began.
  client.once('connect', () => resolve(client));
  client.once('close', () => reject(new Error('the connection ended')));
  return promise;
}
