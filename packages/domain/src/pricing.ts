import type { Channel } from './catalogue.ts';
import type { CatalogueIndex } from './catalogue-index.ts';
import { discountsOf } from './discounts.ts';
import { fault, type OrderFault } from './faults.ts';
import type { ChannelCode, PriceBand, VatClassCode } from './ids.ts';
import { priceLine } from './line-pricing.ts';
import { type BasisPoints, pence } from './money.ts';
import type {
  OrderKind,
  OrderLine,
  OrderRequest,
  OrderTotals,
  PricedOrder,
  VatBasis,
  VatByClass,
} from './order.ts';
import { err, invariant, ok, type Result } from './result.ts';

export const MAX_LINES = 200;
/** £100,000 in pence: the most that an order, a tender or a discount comes to. */
export const MAX_ORDER_TOTAL = 10_000_000;

/** What Head Office's config changes about selling; the defaults are the safe ones. */
export interface TillRules {
  readonly cheques: boolean;
  readonly vouchers: boolean;
  readonly onAccount: boolean;
  readonly channelsOff: ReadonlySet<string>;
  readonly bandByChannel: ReadonlyMap<string, PriceBand>;
}

export const DEFAULT_TILL_RULES: TillRules = {
  cheques: false,
  vouchers: true,
  onAccount: true,
  channelsOff: new Set(),
  bandByChannel: new Map(),
};

/** What the shop sells now and how. */
export interface SellingContext {
  readonly index: CatalogueIndex;
  readonly rules: TillRules;
  /** Whether a crew id other than `"0"` is a crew member's. */
  readonly knowsCrew: (crewId: string) => boolean;
}

/** The channel of a request with the band it sells in, or why it can't sell. */
export function channelFor(
  code: string,
  { index, rules }: SellingContext,
): Result<{ readonly channel: Channel; readonly band: PriceBand }, OrderFault> {
  const channel = index.channels.get(code);
  if (channel === undefined) return err(fault('unknown-channel', 'channel', code));
  if (!channel.operates || rules.channelsOff.has(code)) {
    return err(fault('channel-not-operating', 'channel', code));
  }
  return ok({ channel, band: rules.bandByChannel.get(code) ?? channel.band });
}

/**
 * Prices an order by the catalogue in force: every line's components with their frozen
 * facts, totals, VAT by class and discounts. Reports every fault at once. Crew food and cooked waste are
 * always valued eat-in, whatever basis was asked for.
 */
export function priceOrder(
  request: Pick<OrderRequest, 'channel' | 'vatBasis' | 'lines'>,
  kind: Exclude<OrderKind, 'paid-out'>,
  context: SellingContext,
): Result<PricedOrder, readonly OrderFault[]> {
  const selling = channelFor(request.channel, context);
  if (!selling.ok) return err([selling.error]);
  const { channel, band } = selling.value;
  const basis: VatBasis = kind === 'sale' ? request.vatBasis : 'eat';
  const faults: OrderFault[] = [];
  if (kind === 'sale' && basis === 'eat' && channel.delivers) {
    faults.push(fault('channel-takeaway-only', 'vatBasis', basis));
  }
  if (request.lines.length === 0) faults.push(fault('no-lines', 'lines', 0));
  if (request.lines.length > MAX_LINES) {
    return err([...faults, fault('too-many-lines', 'lines', request.lines.length)]);
  }
  const lines = request.lines.flatMap((line, at) => {
    const priced = priceLine(line, {
      index: context.index,
      channel,
      band,
      basis,
      path: `lines.${at}`,
      faults,
    });
    return priced === null ? [] : [priced];
  });
  if (faults.length > 0) return err(faults);

  const gross = lines.reduce((total, line) => total + line.total, 0);
  if (gross > MAX_ORDER_TOTAL) return err([fault('total-too-large', 'lines', gross)]);
  const discounts = discountsOf(lines, kind);
  const discount = Math.max(discounts.meal, discounts.combo);
  if (discount > MAX_ORDER_TOTAL) return err([fault('total-too-large', 'lines', discount)]);
  const vat = vatByClass(lines);
  const priced: PricedOrder = {
    kind,
    channel: channel.code,
    priceBand: band,
    vatBasis: basis,
    lines,
    totals: totalsOf(vat),
    vat,
    discounts,
  };
  invariant(priced.totals.gross === gross, 'an order is worth what its lines are worth');
  return ok(priced);
}

/**
 * What the lines book in each VAT class, ascending; classes with nothing charged are left out. VAT is that of
 * one unit of each component times its quantity, so splitting or merging equal lines changes nothing.
 */
export function vatByClass(lines: readonly OrderLine[]): readonly VatByClass[] {
  const classes = new Map<
    VatClassCode,
    { vatClass: VatClassCode; vatRate: BasisPoints; net: number; vat: number }
  >();
  for (const line of lines) {
    for (const { vatClass, vatRate, net, vat, price, quantity } of line.components) {
      if (price === 0) continue;
      const units = quantity * line.quantity;
      const booked = classes.get(vatClass);
      if (booked === undefined) {
        classes.set(vatClass, { vatClass, vatRate, net: net * units, vat: vat * units });
      } else {
        booked.net += net * units;
        booked.vat += vat * units;
      }
    }
  }
  return [...classes.values()]
    .sort((a, b) => a.vatClass - b.vatClass)
    .map((booked) => ({ ...booked, net: pence(booked.net), vat: pence(booked.vat) }));
}

/** The totals that VAT by class adds up to; gross is net + vat by construction. */
export function totalsOf(vat: readonly VatByClass[]): OrderTotals {
  const net = vat.reduce((sum, booked) => sum + booked.net, 0);
  const tax = vat.reduce((sum, booked) => sum + booked.vat, 0);
  return { gross: pence(net + tax), net: pence(net), vat: pence(tax) };
}

/** Whether Head Office's pricing toggles decide how `channel` sells; such orders stamp the config's version. */
export const isTouchedByConfig = (channel: ChannelCode, rules: TillRules): boolean =>
  rules.bandByChannel.has(channel);
