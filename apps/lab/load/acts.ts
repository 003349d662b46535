import type { Answer, Face } from '../http.ts';
import type { Random } from '../random.ts';
import { pause } from '../waiting.ts';
import { drawLines, type Menu } from './basket.ts';
import type { History, OrderAnswer } from './history.ts';

/** Somebody at a till: what it takes to do anything there. */
export interface Operator {
  readonly store: string;
  readonly face: Face;
  readonly history: History;
  readonly random: Random;
  /** The whole run is called off: nobody waits for answers any more. */
  readonly stopping: AbortSignal;
  /** What the shop refused or broke off, by what it said. */
  readonly refused: (what: string) => void;
  /** How often a channel is ordered by, beside the others; by default each alike. */
  readonly channelWeight?: (channel: Menu['channels'][number]) => number;
}

/** One thing done at a till. */
export interface Turn extends Operator {
  readonly requestId: string;
  /** Orders of this till so far. */
  readonly mine: string[];
  readonly menus: Map<string, Menu>;
}
type Act = (turn: Turn) => Promise<void>;

/** A word that is asked again until it is answered: how every till of the product behaves. */
const RETRY_MS = 250;
const METHODS = ['cash', 'card', 'cheque', 'on-account', 'voucher'] as const;

/**
 * A restored shop is told the time by Head Office within seconds. Where its books are ahead of that, as after a clock
 * was, somebody calls the manager.
 */
const MANAGER_AFTER_MS = 30_000;

/** Until there is an answer that is no 5xx. */
export async function asked(
  { face, stopping }: Pick<Operator, 'face' | 'stopping'>,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  const managerAtMs = performance.now() + MANAGER_AFTER_MS;
  for (;;) {
    try {
      const answer = await ask();
      if (answer.status < 500) return answer;
      if (answer.body?.code === 'clock-unconfirmed' && performance.now() > managerAtMs) {
        await face.post('/api/clock/confirm', {});
      }
    } catch {
      // No answer: the process died, or the connection.
    }
    await pause(RETRY_MS, stopping);
    stopping.throwIfAborted();
  }
}

async function menuFor(turn: Turn, channel: string): Promise<Menu> {
  const { face, menus } = turn;
  const known = menus.get(channel);
  if (known !== undefined) return known;
  const { body } = await asked(turn, () =>
    face.get(`/api/menu?channel=${encodeURIComponent(channel)}`),
  );
  menus.set(channel, body as Menu);
  return body as Menu;
}

async function order(turn: Turn, path: string, body: object): Promise<void> {
  const { face, history, requestId, mine, refused } = turn;
  const { status, body: answer } = await asked(turn, () => face.post(path, { requestId, ...body }));
  if (status === 201) {
    history.sold(requestId, answer.order as OrderAnswer);
    mine.push((answer.order as OrderAnswer).globalOrderId);
  } else refused(`${path} ${status} ${answer?.code} ${answer?.faults?.[0]?.code ?? ''}`.trim());
}

const sell: Act = async (turn) => {
  const { random } = turn;
  const counter = await menuFor(turn, 'OT-C');
  const channel = random.weighted(
    counter.channels
      .filter(({ accepts }) => accepts.includes('card') || accepts.includes('cash'))
      .map((one) => [turn.channelWeight?.(one) ?? 1, one] as const),
  );
  const menu = await menuFor(turn, channel.code);
  const takes = METHODS.filter((method) => channel.accepts.includes(method));
  const method = random.pick(takes.filter((one) => one === 'cash' || one === 'card'));
  const other = random.pick(takes);
  const isSplit = other !== method && random.chance() < 0.1;
  await order(turn, '/api/orders', {
    channel: channel.code,
    vatBasis: channel.delivers || random.chance() < 0.5 ? 'take' : 'eat',
    lines: drawLines(menu, random),
    tenders: isSplit ? [{ method: other, amount: 50 }, { method }] : [{ method }],
    crewId: random.whole(1, 9),
  });
};

const inHouse =
  (method: 'crew-food' | 'cooked-waste'): Act =>
  async (turn) => {
    const menu = await menuFor(turn, 'OT-C');
    await order(turn, '/api/orders', {
      channel: 'OT-C',
      vatBasis: 'take',
      lines: drawLines(menu, turn.random),
      tenders: [{ method }],
      crewId: turn.random.whole(1, 9),
    });
  };
const crewFood = inHouse('crew-food');
const cookedWaste = inHouse('cooked-waste');

const payOut: Act = (turn) =>
  order(turn, '/api/paid-outs', {
    amount: turn.random.whole(100, 5000),
    crewId: turn.random.whole(1, 9),
    reason: 'window cleaner',
  });

/**
 * Changes one of this till's own orders. Where no answer came it is asked for again, which changes nothing twice: only
 * then is it certain that the first request has had its effect, and what the shop says of the order is its answer.
 */
async function change(turn: Turn, path: string, body: object): Promise<void> {
  const { face, history, mine, random, refused } = turn;
  if (mine.length === 0) return;
  const id = random.pick(mine.slice(-200));
  let attempts = 0;
  const { status, body: answer } = await asked(turn, () => {
    attempts++;
    return face.post(`/api/orders/${id}/${path}`, body);
  });
  if (status === 200) return history.changed(answer.order as OrderAnswer);
  refused(`/${path} ${status} ${answer?.faults?.[0]?.code ?? answer?.code}`);
  if (attempts === 1) return;
  const now = await asked(turn, () => face.get(`/api/orders/${id}`));
  if (now.status === 200) history.changed(now.body.order as OrderAnswer);
  else refused(`${id} was answered, and then ${now.status}`);
}

const voidOne: Act = (turn) => change(turn, 'void', { crewId: 7, reason: 'came back' });
const toggleOne: Act = (turn) =>
  change(turn, 'payment', { method: turn.random.pick(['cash', 'card']) });
const bumpOne: Act = (turn) =>
  change(turn, 'status', { status: turn.random.pick(['preparing', 'packed', 'dispatched']) });

/** What can be done at a till, by name. */
export const ACTS = { sell, crewFood, cookedWaste, payOut, voidOne, toggleOne, bumpOne } as const;
export type ActName = keyof typeof ACTS;
