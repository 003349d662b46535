import { batch, computed, effect, signal } from '@preact/signals';
import type { TenderMethod, TenderRequest } from '@tillwire/domain';
import { post, type Problem, problemText } from '../api.ts';
import { refreshMenu } from '../kiosk.ts';
import { mintRequestId, type SoldOrder } from '../orders.ts';
import { signedOut } from '../token.ts';
import {
  type Basket,
  basket,
  clearBasket,
  context,
  held,
  previous,
  requestsOf,
  selectedKey,
  totals,
  unfinished,
} from './basket.ts';
import { page } from './menu.ts';
import { basketShown } from './narrow.ts';
import { giveTender, leftToPay, type TenderPart } from './tender.ts';

/** The tender pad while it is open. Its request id makes whatever comes of it one sale. */
export interface Tendering {
  readonly requestId: string;
  readonly parts: readonly TenderPart[];
}

/** A sale on its way to the kiosk, or whose answer did not come: asked again until it does. */
export interface PendingSale {
  readonly basket: Basket;
  readonly body: {
    readonly requestId: string;
    readonly channel: string;
    readonly vatBasis: string;
    readonly lines: Basket['lines'][number]['request'][];
    readonly tenders: readonly TenderRequest[];
    readonly crewId?: string;
    readonly expectedTotal: number;
  };
}

export const tendering = signal<Tendering | null>(null);
/** The sale this screen waits for. */
export const pending = signal<PendingSale | null>(null);
/** Sales put aside while their answer is out, so that the next customer need not wait. */
export const aside = signal<readonly PendingSale[]>([]);
/** The order sold last, while its change is shown. */
export const sold = signal<SoldOrder | null>(null);
/** What the kiosk said against the tender, or why it did not answer. */
export const trouble = signal<string | null>(null);
/** What the kiosk said the basket comes to, where it did not agree with the screen. */
const agreed = signal<{ readonly basket: Basket; readonly total: number } | null>(null);

/** What the order in the basket comes to, pence; null while it can't be sold. */
export const due = computed<number | null>(() => {
  if (agreed.value?.basket === basket.value) return agreed.value.total;
  return totals.value?.gross ?? null;
});
export const left = computed(() => leftToPay(due.value ?? 0, tendering.value?.parts ?? []));

/** Opens the tender pad, or the options of the line that is not finished. */
export function openTender(): void {
  if (unfinished.value !== null) selectedKey.value = unfinished.value.key;
  else if (totals.value !== null && tendering.value === null) {
    batch(() => {
      selectedKey.value = null;
      trouble.value = null;
      tendering.value = { requestId: mintRequestId(), parts: [] };
    });
  }
}

export function closeTender(): void {
  if (pending.value !== null) return;
  batch(() => {
    tendering.value = null;
    trouble.value = null;
  });
}

/** Leaves the tender pad when what was to be paid is gone: the last line taken out, or no longer sold. */
export const closeTenderOfNothing = (): (() => void) =>
  effect(() => {
    if (context.value !== null && due.value === null) closeTender();
  });

/** Takes `given` pence (null: what is left) by `method`; sells when that pays the order. */
export function pay(method: TenderMethod, given: number | null, crewId?: string): void {
  const pad = tendering.value;
  const total = due.value;
  if (pad === null || total === null || pending.value !== null) return;
  const step = giveTender(method, given, total, pad.parts);
  switch (step.type) {
    case 'refused':
      trouble.value = step.why;
      return;
    case 'part':
      batch(() => {
        trouble.value = null;
        tendering.value = { ...pad, parts: [...pad.parts, step.part] };
      });
      return;
    case 'paid':
      submit({
        requestId: pad.requestId,
        channel: basket.value.channel,
        vatBasis: basket.value.vatBasis,
        lines: [...requestsOf(basket.value)],
        tenders: step.tenders,
        ...(crewId === undefined ? {} : { crewId }),
        expectedTotal: total,
      });
  }
}

export function takeBackPart(at: number): void {
  const pad = tendering.value;
  if (pad === null || pending.value !== null) return;
  tendering.value = { ...pad, parts: pad.parts.filter((_, place) => place !== at) };
}

function submit(body: PendingSale['body']): void {
  const sale = { basket: basket.value, body };
  batch(() => {
    trouble.value = null;
    pending.value = sale;
  });
  void deliver(sale);
}

/** Whether the kiosk may have sold it for all that was heard. */
const inDoubt = (problem: Problem | null): boolean =>
  problem === null || (problem.status >= 500 && problem.code !== 'no-catalogue');

const RETRY_MS = 700;
const UNANSWERED =
  'The kiosk does not answer. The sale is kept, and booked once as soon as it does.';

/** Asks until there is an answer: the request id makes asking again harmless. */
export async function deliver(sale: PendingSale): Promise<void> {
  for (;;) {
    const answer = await post<{ readonly order: SoldOrder }>('/api/orders', sale.body);
    if (answer.ok) return succeed(sale, answer.value.order);
    const unauthorised = answer.problem?.status === 401;
    if (!unauthorised && !inDoubt(answer.problem)) return refuse(sale, answer.problem);
    if (pending.value === sale && !unauthorised) trouble.value = UNANSWERED;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    while (signedOut.value) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

function succeed(sale: PendingSale, order: SoldOrder): void {
  batch(() => {
    previous.value = sale.basket;
    if (pending.value !== sale) {
      aside.value = aside.value.filter((other) => other !== sale);
      return;
    }
    pending.value = null;
    tendering.value = null;
    trouble.value = null;
    agreed.value = null;
    sold.value = order;
    basketShown.value = true;
    page.value = null;
    clearBasket();
  });
}

function refuse(sale: PendingSale, problem: Problem | null): void {
  const fresh = problem?.code === 'request-id-reused';
  batch(() => {
    trouble.value = problemText(problem);
    if (pending.value !== sale) {
      aside.value = aside.value.filter((other) => other !== sale);
      held.value = [...held.value, sale.basket];
      return;
    }
    pending.value = null;
    if (tendering.value !== null) {
      const { requestId } = tendering.value;
      tendering.value = { requestId: fresh ? mintRequestId() : requestId, parts: [] };
    }
    if (problem?.code === 'price-changed' && problem.total !== undefined) {
      agreed.value = { basket: sale.basket, total: problem.total };
      trouble.value = 'The price has changed: tell the customer and take the payment again.';
    }
  });
  if (problem?.code === 'price-changed') void refreshMenu();
}

/** Frees the till for the next customer; the sale goes on being asked for behind it. */
export function putAside(): void {
  const sale = pending.value;
  if (sale === null) return;
  batch(() => {
    aside.value = [...aside.value, sale];
    pending.value = null;
    tendering.value = null;
    trouble.value = null;
    clearBasket();
  });
}
