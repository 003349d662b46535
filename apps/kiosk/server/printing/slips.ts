import ReceiptPrinterEncoder from '@point-of-sale/receipt-printer-encoder';
import {
  type Catalogue,
  type CatalogueIndex,
  type KitchenItem,
  kitchenItems,
  type Order,
  parseGlobalOrderId,
  poundsAndPence,
  receiptOf,
} from '@tillwire/domain';
import type { Printer } from './printers.ts';

/** What a slip says besides its order. */
export interface SlipFacts {
  readonly training: boolean;
  /** Asked for again by somebody. */
  readonly isCopy: boolean;
  readonly timeZone: string;
  /** Whether it is fresh enough to open the drawer for. */
  readonly opensDrawer: boolean;
}

const METHODS: Readonly<Record<string, string>> = {
  cash: 'Cash',
  card: 'Card',
  cheque: 'Cheque',
  'on-account': 'On account',
  voucher: 'Voucher',
  'crew-food': 'Crew food',
  'cooked-waste': 'Cooked waste',
  'paid-out': 'Paid out',
};

const AMOUNT_WIDTH = 10;

/** Whether a state of an order is printed by itself: when it is new, and when it is voided. */
export const isPrinted = (order: Order, printer: Printer, index: CatalogueIndex): boolean =>
  (order.revision === 1 || order.status === 'voided') &&
  (printer.kind === 'receipt' || kitchenWork(order, printer, index).length > 0);

/** What a kitchen printer's zones have to make of an order. */
function kitchenWork(
  { kind, lines }: Order,
  { zones }: Printer,
  index: CatalogueIndex,
): readonly KitchenItem[] {
  if (kind !== 'sale' && kind !== 'crew-food') return [];
  return kitchenItems(lines, index).filter(({ zone }) => zone !== 'none' && zones.includes(zone));
}

/** The bytes that make `printer` print its slip of an order. */
export const slipOf = (
  order: Order,
  printer: Printer,
  facts: SlipFacts,
  { catalogue, index }: { readonly catalogue: Catalogue; readonly index: CatalogueIndex },
): Uint8Array =>
  printer.kind === 'receipt'
    ? receiptSlip(order, printer, facts, catalogue)
    : kitchenSlip(order, printer, facts, index);

const newSlip = ({ columns }: Printer): ReceiptPrinterEncoder =>
  new ReceiptPrinterEncoder({
    language: 'esc-pos',
    columns,
    feedBeforeCut: 4,
    codepageMapping: 'epson',
    // £, €, accents of western Europe; then what the rest of Europe writes.
    codepageCandidates: ['windows1252', 'cp858', 'iso8859-2', 'windows1250', 'windows1251'],
  })
    .initialize()
    .codepage('auto');

/** Text a printer takes: no control character of a name or a note reaches it as a command. */
const plain = (text: string): string => text.replaceAll(/[\p{C}\p{Z}]/gu, ' ').replaceAll('−', '-');

const money = (amount: number): string => plain(poundsAndPence(amount));

const numberOf = ({ id }: Order): string =>
  String(parseGlobalOrderId(id)?.sequence ?? id.split('-').at(-1));

function timeOf({ createdAt }: Order, timeZone: string): string {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    day: '2-digit',
    month: '2-digit',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  });
  return format.format(Date.parse(createdAt));
}

/** What must not be overlooked, over everything else. */
function warnings(
  slip: ReceiptPrinterEncoder,
  order: Order,
  { training, isCopy }: Pick<SlipFacts, 'training' | 'isCopy'>,
): void {
  const told = [
    ...(training ? ['TRAINING'] : []),
    ...(order.status === 'voided' ? ['VOIDED'] : []),
    ...(isCopy ? ['COPY'] : []),
  ];
  for (const word of told) {
    slip.align('center').invert(true).size(2, 2).line(` ${word} `).size(1, 1).invert(false);
  }
  slip.align('left');
}

function receiptSlip(
  order: Order,
  printer: Printer,
  facts: SlipFacts,
  catalogue: Catalogue,
): Uint8Array {
  const receipt = receiptOf(order, catalogue);
  const slip = newSlip(printer);
  if (facts.opensDrawer && printer.drawer && takesCash(order)) slip.pulse();
  const { shop } = receipt;
  slip.align('center').bold(true).line(plain(shop.name)).bold(false);
  for (const line of shop.address) slip.line(plain(line));
  if (shop.telephone !== '') slip.line(plain(shop.telephone));
  if (shop.vatNumber !== '') slip.line(`VAT ${plain(shop.vatNumber)}`);
  slip.newline();
  warnings(slip, order, facts);
  slip
    .align('center')
    .size(2, 2)
    .line(`Order ${numberOf(order)}`)
    .size(1, 1)
    .line(receipt.orderId)
    .line(timeOf(order, facts.timeZone))
    .line(
      `${plain(receipt.channel)}${
        order.kind === 'paid-out' ? '' : receipt.vatBasis === 'take' ? ', takeaway' : ', eat in'
      }`,
    )
    .align('left');
  if (order.reason !== null) slip.line(plain(order.reason));
  slip.rule();
  for (const { quantity, name, total, details } of receipt.lines) {
    row(slip, printer, `${quantity} ${plain(name)}`, money(total));
    for (const detail of details) slip.line(`  ${plain(detail)}`);
  }
  slip.rule().bold(true);
  row(slip, printer, 'Total', money(receipt.total));
  slip.bold(false);
  for (const { method, amount, tendered } of receipt.tenders) {
    row(slip, printer, METHODS[method] ?? method, money(tendered ?? amount));
  }
  if (receipt.change > 0) row(slip, printer, 'Change', money(receipt.change));
  if (receipt.voucherOverage > 0) {
    row(slip, printer, 'Voucher not given back', money(receipt.voucherOverage));
  }
  for (const { rate, net, vat } of receipt.vatByRate) {
    row(slip, printer, `VAT ${rate / 100} % on ${money(net)}`, money(vat));
  }
  warnings(slip.newline(), order, { ...facts, isCopy: false });
  return slip.cut().encode();
}

const takesCash = ({ kind, tenders }: Order): boolean =>
  kind === 'paid-out' || (kind === 'sale' && tenders.some(({ method }) => method === 'cash'));

const row = (
  slip: ReceiptPrinterEncoder,
  { columns }: Printer,
  left: string,
  right: string,
): ReceiptPrinterEncoder =>
  slip.table(
    [{ width: columns - AMOUNT_WIDTH }, { width: AMOUNT_WIDTH, align: 'right' }],
    [[left, right]],
  );

function kitchenSlip(
  order: Order,
  printer: Printer,
  facts: SlipFacts,
  index: CatalogueIndex,
): Uint8Array {
  const slip = newSlip(printer);
  warnings(slip, order, facts);
  slip
    .align('center')
    .size(3, 3)
    .line(numberOf(order))
    .size(1, 1)
    .line(
      `${timeOf(order, facts.timeZone)}  ${plain(
        index.channels.get(order.channel)?.name ?? order.channel,
      )}`,
    )
    .size(2, 1)
    .line(order.vatBasis === 'take' ? 'TAKEAWAY' : 'EAT IN')
    .size(1, 1)
    .align('left')
    .rule();
  for (const { quantity, name, isMeal, details } of kitchenWork(order, printer, index)) {
    slip.size(1, 2).bold(true);
    slip.line(`${quantity} ${plain(name)}${isMeal ? ' (meal)' : ''}`);
    slip.bold(false).size(1, 1);
    for (const detail of details) slip.line(`   ${plain(detail)}`);
  }
  slip.rule();
  return slip.cut().encode();
}
