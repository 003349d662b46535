import {
  basisPoints,
  businessDate,
  type ClassVat,
  comboCode,
  type DayBooks,
  type DayCatalogue,
  mealRows,
  pence,
  productCode,
  productRows,
  REVENUE_COLUMNS,
  type RevenueColumn,
  revenueRow,
  type StoreCode,
  type UtcInstant,
  vatClassCode,
  weekdayOf,
  weekVatRows,
} from '@tillwire/domain';
import { z } from 'zod';
import { sha256, type Sha256 } from './canonical.ts';
import type { JournalPlace } from './order-event.ts';
import {
  businessDateText,
  counter,
  instantText,
  itemCode,
  rateBp,
  sha256Text,
  storeCodeText,
  vatClassNumber,
  versionNumber,
} from './primitives.ts';

/** A sum over a day, pence; cash may be negative after paid outs. */
const dayPence = z.int().min(-1_000_000_000_000).max(1_000_000_000_000);
const weekOfPence = z.array(dayPence).length(7);

/**
 * A closed trading day as the four files have it: an event of the store's journal
 * like an order. `revision` 1 is the Z; a correction re-issues the day with the next. Amounts in pence.
 */
export const daySummarySchema = z.object({
  schema_version: z.int().min(1),
  store_code: storeCodeText,
  date: businessDateText,
  revision: z.int().min(1).max(1_000_000),
  closed_at: instantText,
  journal_epoch: versionNumber,
  journal_seq: versionNumber,
  prev_hash: sha256Text,
  source_catalog_version: versionNumber,
  /** The codes and classes the files list whether sold or not: the catalogue in force at Z. */
  catalogue: z.object({
    products: z.array(itemCode).max(20_000),
    combos: z.array(itemCode).max(20_000),
    vat: z.array(z.object({ vat_class: vatClassNumber, vat_rate_bp: rateBp })).max(100),
  }),
  /** Counted at cash-up; null until then. */
  counted: z.object({ cash: dayPence, cheque: dayPence, card: dayPence }).nullable(),
  /** Where the day's order events stand: the day can be judged once these are held. */
  journal: z
    .array(z.object({ journal_epoch: versionNumber, from: versionNumber, through: versionNumber }))
    .max(1000),
  /** What the day is made of, voided orders included; `digest` as `ordersDigest` makes it. */
  orders: z.object({ count: counter, voided: counter, digest: sha256Text }),
  /** Customer orders. */
  totals: z.object({ gross: dayPence, net: dayPence, vat: dayPence }),
  krev: z.object(
    Object.fromEntries(REVENUE_COLUMNS.map((column) => [column, dayPence])) as Record<
      RevenueColumn,
      typeof dayPence
    >,
  ),
  kpro: z
    .array(
      z.object({
        code: itemCode,
        combo: z.boolean(),
        takeaway: counter,
        eat_in: counter,
        waste: counter,
        staff: counter,
        option: counter,
      }),
    )
    .max(40_000),
  kmeal: z.array(z.object({ code: itemCode, takeaway: counter, eat_in: counter })).max(20_000),
  /** Monday first, up to the day itself; later days are 0. */
  kwkvat: z
    .array(
      z.object({
        vat_class: vatClassNumber,
        vat_rate_bp: rateBp,
        vat: weekOfPence,
        net: weekOfPence,
      }),
    )
    .max(100),
});
export type DaySummary = z.infer<typeof daySummarySchema>;

export const DAY_SUMMARY_VERSION = 1;

/** One order of a day at its current revision. */
export interface DayOrder {
  readonly id: string;
  readonly revision: number;
  readonly hash: Sha256;
}

/** SHA-256 over the day's orders at their current revisions, whatever their order. */
export const ordersDigest = (orders: Iterable<DayOrder>): Sha256 =>
  sha256(
    [...orders]
      .map(({ id, revision, hash }) => `${id} ${revision} ${hash}\n`)
      .sort()
      .join(''),
  );

/** What a summary says beside the books themselves. */
export interface DaySummaryFacts {
  readonly store: StoreCode;
  readonly revision: number;
  readonly closedAt: UtcInstant;
  readonly catalogVersion: number;
  readonly journal: DaySummary['journal'];
  readonly orders: DaySummary['orders'];
}

/** A day's books as its journal event. */
export function daySummaryOf(
  books: DayBooks,
  facts: DaySummaryFacts,
  place: JournalPlace,
): DaySummary {
  const { net, vat } = booked(books.weekVat[weekdayOf(books.businessDate) - 1] ?? []);
  return {
    schema_version: DAY_SUMMARY_VERSION,
    store_code: facts.store,
    date: books.businessDate,
    revision: facts.revision,
    closed_at: facts.closedAt,
    journal_epoch: place.journalEpoch,
    journal_seq: place.journalSeq,
    prev_hash: place.prevHash,
    source_catalog_version: facts.catalogVersion,
    catalogue: {
      products: [...books.catalogue.products],
      combos: [...books.catalogue.combos],
      vat: books.catalogue.vatClasses.map(({ vatClass, vatRate }) => ({
        vat_class: vatClass,
        vat_rate_bp: vatRate,
      })),
    },
    counted: books.counted,
    journal: facts.journal,
    orders: facts.orders,
    totals: { gross: net + vat, net, vat },
    ...daySectionsOf(books),
  };
}

/** The part of a summary that the orders alone decide: what Head Office works out again and compares. */
export type DaySections = Pick<DaySummary, 'krev' | 'kpro' | 'kmeal' | 'kwkvat'>;

export const daySectionsOf = (books: DayBooks): DaySections => ({
  krev: { ...revenueRow(books) },
  // Rows of zeros come back out of the catalogue's lists: a long menu must not make a long event.
  kpro: productRows(books)
    .filter(({ takeaway, eatIn, waste, staff, option }) =>
      [takeaway, eatIn, waste, staff, option].some((units) => units > 0),
    )
    .map(({ eatIn, ...row }) => ({ ...row, eat_in: eatIn })),
  kmeal: mealRows(books)
    .filter(({ takeaway, eatIn }) => takeaway > 0 || eatIn > 0)
    .map(({ product, takeaway, eatIn }) => ({ code: product, takeaway, eat_in: eatIn })),
  kwkvat: weekVatRows(books).map(({ vatClass, vatRate, vat, net }) => ({
    vat_class: vatClass,
    vat_rate_bp: vatRate,
    vat: [...vat],
    net: [...net],
  })),
});

const booked = (classes: readonly ClassVat[]): { readonly net: number; readonly vat: number } => ({
  net: classes.reduce((sum, { net }) => sum + net, 0),
  vat: classes.reduce((sum, { vat }) => sum + vat, 0),
});

/** The catalogue lists of a summary's files. */
export const dayCatalogueOf = ({ catalogue }: DaySummary): DayCatalogue => ({
  products: catalogue.products.map(productCode),
  combos: catalogue.combos.map(comboCode),
  vatClasses: catalogue.vat.map(({ vat_class, vat_rate_bp }) => ({
    vatClass: vatClassCode(vat_class),
    vatRate: basisPoints(vat_rate_bp),
  })),
});

/** The books a summary was made of: their files are the store's, byte for byte. */
export function booksOfSummary(summary: DaySummary): DayBooks {
  const { krev, kpro, kmeal, kwkvat } = summary;
  const date = businessDate(summary.date);
  const items = (combo: boolean) =>
    kpro
      .filter((row) => row.combo === combo)
      .map(({ code, takeaway, eat_in, waste, staff, option }) => ({
        code,
        takeaway,
        eatIn: eat_in,
        waste,
        staff,
        option,
      }));
  const weekVat = Array.from({ length: weekdayOf(date) }, (_, day) =>
    kwkvat.flatMap(({ vat_class, vat_rate_bp, vat, net }) => {
      const [classVat, classNet] = [vat[day] ?? 0, net[day] ?? 0];
      if (classVat === 0 && classNet === 0) return [];
      return {
        vatClass: vatClassCode(vat_class),
        vatRate: basisPoints(vat_rate_bp),
        vat: pence(classVat),
        net: pence(classNet),
      };
    }),
  );
  const { counted } = summary;
  const books: DayBooks = {
    businessDate: date,
    catalogue: dayCatalogueOf(summary),
    counted:
      counted === null
        ? null
        : {
            cash: pence(counted.cash),
            cheque: pence(counted.cheque),
            card: pence(counted.card),
          },
    weekVat,
    statistics: {
      meals: kmeal.map(({ code, takeaway, eat_in }) => ({
        product: productCode(code),
        takeaway,
        eatIn: eat_in,
      })),
      products: items(false).map((item) => ({ ...item, code: productCode(item.code) })),
      combos: items(true).map((item) => ({ ...item, code: comboCode(item.code) })),
      revenue: {
        cash: pence(krev.TCASHVAL),
        cheque: pence(krev.TCHQVAL),
        card: pence(krev.TCARDVAL),
        onAccount: pence(krev.TONACCOUNT),
        staff: pence(krev.TSTAFFVAL),
        waste: pence(krev.TWASTEVAL),
        paidOut: pence(krev.TPAYOUTVA),
        voucher: pence(krev.TTOKENVAL),
        comboDiscount: pence(krev.TDISCNTVA),
        voucherOverage: pence(krev.TTOKENNOVR),
        goLarge: krev.TGOLARGENU,
        mealDiscount: pence(krev.TMEAL_DISCNT),
        vat: pence(krev.VAT),
      },
      vat: weekVat.at(-1) ?? [],
    },
  };
  return books;
}

/** A rule that a well-formed summary breaks, with the field. */
export function daySummaryFaults(
  summary: DaySummary,
): readonly { readonly path: string; readonly rule: string }[] {
  const faults: { path: string; rule: string }[] = [];
  const check = (holds: boolean, path: string, rule: string): void => {
    if (!holds) faults.push({ path, rule });
  };
  const { gross, net, vat } = summary.totals;
  check(gross === net + vat, 'totals', 'gross is net + vat');
  check(summary.orders.voided <= summary.orders.count, 'orders.voided', 'is at most the count');
  for (const [at, { from, through }] of summary.journal.entries()) {
    check(from <= through, `journal.${at}`, 'begins before it ends');
  }
  const { TCASHVAL, TPAYOUTVA, TCHQVAL, TCARDVAL, TONACCOUNT, TTOKENVAL, TTOKENNOVR } =
    summary.krev;
  check(
    gross === TCASHVAL + TPAYOUTVA + TCHQVAL + TCARDVAL + TONACCOUNT + TTOKENVAL - TTOKENNOVR,
    'krev',
    'the tenders are Σ net + Σ VAT',
  );
  return faults;
}
