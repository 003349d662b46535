import type { Face } from '../http.ts';
import type { History, OrderAnswer } from '../load/history.ts';
import {
  countParked,
  type JournalRow,
  readCurrent,
  readJournal,
  readWatermarks,
} from '../store/end-state.ts';
import type { OfficeBooks } from '../store/office-books.ts';
import { checkDays } from './days.ts';
import { type Expected, expectedOf } from './expected.ts';
import { difference, type Finding, type Verdict, wireOf, wireOfEvent } from './findings.ts';
import { chainFaults, numberFaults } from './journal.ts';
import { checkMenus } from './menus.ts';
import { checkRollups } from './rollups.ts';
import { checkTwins } from './twins.ts';

export interface CheckDeps {
  readonly history: History;
  /** What a second machine of a store answered, by store. */
  readonly twins?: ReadonlyMap<string, History>;
  readonly shops: readonly { readonly store: string; readonly face: Face }[];
  readonly office: Face;
  readonly books: OfficeBooks;
  /** The newest version of those whose prices end as they like; none: in every menu of the run they end alike. */
  readonly firstMenu?: number;
}

/** What the kitchen did is no part of the books. */
const NOT_OF_THE_BOOKS = new Set(['kitchen']);

/**
 * Holds the end state against the history: every order the shops' API accepted is at the shop and at Head Office,
 * once, and the same field by field; nothing else is; the journal is whole and chained; the rollups are what the
 * orders come to; every day is reconciled. Shares no code with the product.
 */
export async function check(deps: CheckDeps): Promise<Verdict> {
  const { history, twins = new Map<string, History>(), shops, office, books, firstMenu = 0 } = deps;
  const faults = [history, ...twins.values()].flatMap((one) => one.faults);
  const sums = { orders: 0, days: 0, lost: 0, duplicated: faults.length };
  const apart = { died: 0, unanswered: 0, forks: 0 };
  const findings: Finding[] = faults.map((what) => ({ check: 'one answer a request', what }));
  const parked = await countParked(books, [...twins.keys()]);
  if (parked > 0) findings.push({ check: 'quarantine', what: `${parked} messages are parked` });
  for (const { store, face } of shops) {
    const twin = twins.get(store);
    if (twin !== undefined) {
      const found = await checkTwins(store, { histories: [history, twin], books });
      sums.orders += found.orders;
      sums.lost += found.lost;
      sums.duplicated += found.duplicated;
      apart.forks += found.forks;
      findings.push(...found.findings);
      continue;
    }
    const journal = await readJournal(books, store);
    const expected = await expectedOf(store, { history, face, journal });
    const orders = [...expected.orders.values()];
    const there = await checkOffice(store, { expected, office, books, journal });
    const silent = silence(store);
    const closed = await checkDays(store, { face, office, orders }).catch((error: unknown) => ({
      days: 0,
      findings: silent(error),
    }));
    sums.orders += orders.length + expected.died.length;
    sums.days += closed.days;
    sums.lost += there.lost;
    sums.duplicated += there.duplicated;
    apart.died += expected.died.length;
    apart.unanswered += expected.unanswered.size;
    findings.push(
      ...(await checkShop(store, face, expected).catch(silent)),
      ...there.findings,
      ...(await checkWatermark(store, face, books).catch(silent)),
      ...(await checkRollups(store, orders, books)),
      ...closed.findings,
    );
  }
  findings.push(...checkMenus([...history.orders().values()], firstMenu));
  return { ...sums, ...apart, findings };
}

/** A shop that does not answer is itself what is wrong; the others are looked at all the same. */
const silence =
  (store: string) =>
  (error: unknown): readonly Finding[] => [
    { check: 'shop', what: `${store} could not be looked at: ${String(error)}` },
  ];

async function checkShop(
  store: string,
  face: Face,
  expected: Expected,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const found = new Map<string, OrderAnswer>();
  const dates = new Set([...expected.orders.values()].map(({ businessDate }) => businessDate));
  const { body } = await face.get('/api/days?limit=400');
  for (const { date } of body.days as readonly { date: string }[]) dates.add(date);
  for (const date of dates) {
    let before = '';
    do {
      const page = (await face.get(`/api/orders?date=${date}&limit=500${before}`)).body;
      for (const order of page.orders as readonly OrderAnswer[]) {
        found.set(order.globalOrderId, order);
      }
      before = page.next === undefined ? '' : `&before=${page.next}`;
    } while (before !== '');
  }
  for (const [id, order] of expected.orders) {
    const parts = difference(order, found.get(id), NOT_OF_THE_BOOKS);
    if (parts !== null) findings.push({ check: 'shop', what: `${id} at the shop ${parts}` });
  }
  for (const id of found.keys()) {
    if (!expected.orders.has(id))
      findings.push({ check: 'shop', what: `${id} at ${store} was never answered` });
  }
  findings.push(...numberFaults(store, [...found.values()], expected));
  return findings;
}

async function checkOffice(
  store: string,
  {
    expected,
    office,
    books,
    journal,
  }: { expected: Expected; office: Face; books: OfficeBooks; journal: readonly JournalRow[] },
): Promise<{ lost: number; duplicated: number; findings: readonly Finding[] }> {
  const findings: Finding[] = [];
  const tell = (check: string, what: string): number => findings.push({ check, what });
  const listed = await listAtOffice(store, office);
  const current = new Map(
    (await readCurrent(books, store)).map((row) => [row.global_order_id, row]),
  );
  let [lost, duplicated] = [0, 0];
  for (const [id, order] of expected.orders) {
    const [shown, row] = [listed.get(id), current.get(id)];
    if (shown === undefined || row === undefined) {
      lost++;
      tell('lost', `${id} (${order.totals.gross} pence) is not at Head Office`);
      continue;
    }
    const facts = { revision: order.revision, status: order.status, total: order.totals.gross };
    const parts =
      difference(facts, { revision: shown.revision, status: shown.status, total: shown.total }) ??
      difference(order.totals, { gross: row.gross, net: row.net, vat: row.vat }) ??
      difference(order.lines.length, row.lines) ??
      difference(sum(order.lines.map(({ total }) => total)), row.lines_gross);
    if (parts !== null) tell('order at Head Office', `${id} ${parts}`);
  }
  for (const id of new Set([...listed.keys(), ...current.keys()])) {
    if (expected.orders.has(id)) continue;
    duplicated++;
    tell('duplicated', `${id} is at Head Office and was never answered`);
  }
  const latest = new Map<string, string>();
  const byRequest = new Map<string, string>();
  for (const { kind, subject, payload } of journal) {
    if (kind !== 'order') continue;
    latest.set(subject, payload);
    const { request_id: request } = JSON.parse(payload) as { request_id: string | null };
    const known = request === null ? undefined : byRequest.get(request);
    const isTwice = known !== undefined && known !== subject;
    if (isTwice && !expected.unanswered.has(known) && !expected.unanswered.has(subject)) {
      duplicated++;
      tell('duplicated', `request ${request} made ${known} and ${subject}`);
    }
    if (request !== null) byRequest.set(request, subject);
  }
  for (const [id, order] of expected.orders) {
    const payload = latest.get(id);
    const wanted = wireOf(order);
    const event = payload === undefined ? undefined : (JSON.parse(payload) as never);
    const parts = difference(wanted, event && wireOfEvent(event, wanted));
    if (parts !== null && event !== undefined) tell('event at Head Office', `${id} ${parts}`);
  }
  findings.push(...chainFaults(store, journal, expected.deadEvents));
  return { lost, duplicated, findings };
}

const sum = (all: readonly number[]): number => all.reduce((total, one) => total + one, 0);

interface Listed {
  readonly globalOrderId: string;
  readonly revision: number;
  readonly status: string;
  readonly total: number;
}

async function listAtOffice(store: string, office: Face): Promise<ReadonlyMap<string, Listed>> {
  const found = new Map<string, Listed>();
  let after: string | undefined;
  do {
    const page = `/api/orders?store=${store}&limit=1000${after === undefined ? '' : `&after=${after}`}`;
    const { body } = await office.get(page);
    for (const order of body.orders as readonly Listed[]) found.set(order.globalOrderId, order);
    after = body.next as string | undefined;
  } while (after !== undefined);
  return found;
}

/** The claim of completeness reaches the journal's end, there and in the shop's own words. */
async function checkWatermark(
  store: string,
  face: Face,
  books: OfficeBooks,
): Promise<readonly Finding[]> {
  const { body } = await face.get('/api/sync');
  const held = await readWatermarks(books, store);
  const epochs = body.epochs as readonly {
    journalEpoch: number;
    head: number;
    completeThrough: number;
  }[];
  const findings = epochs.flatMap(({ journalEpoch, head, completeThrough }) => {
    const watermark = held.find(({ journal_epoch }) => journal_epoch === journalEpoch);
    const there = watermark?.complete_through ?? 0;
    if (there === head && completeThrough === head) return [];
    const what = `${store} epoch ${journalEpoch} ends at ${head}; complete through ${there} there, ${completeThrough} by the shop`;
    return [{ check: 'watermark', what }];
  });
  if (body.unsent.count !== 0 || body.parked !== 0) {
    const what = `${store} has ${body.unsent.count} unsent and ${body.parked} parked`;
    return [...findings, { check: 'watermark', what }];
  }
  return findings;
}
