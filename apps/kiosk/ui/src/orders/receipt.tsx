import { type Order, receiptOf } from '@tillwire/domain';
import { dateText, methodText, money, timeText } from '../format.ts';
import { menu } from '../kiosk.ts';
import type { SoldOrder } from '../orders.ts';

/** The receipt as the printer gives it; the page prints nothing else. */
export function Receipt({ order }: { readonly order: SoldOrder }) {
  const catalogue = menu.value?.catalogue;
  if (catalogue === undefined) return null;
  const { globalOrderId, ...facts } = order;
  const receipt = receiptOf({ ...facts, id: globalOrderId as Order['id'] }, catalogue);
  const { shop } = receipt;
  return (
    <article class="receipt" aria-label="Receipt">
      <header>
        <strong>{shop.name}</strong>
        {shop.address.map((line) => (
          <span key={line}>{line}</span>
        ))}
        {shop.telephone === '' ? null : <span>{shop.telephone}</span>}
        {shop.vatNumber === '' ? null : <span>VAT {shop.vatNumber}</span>}
      </header>
      <p class="receipt-facts">
        <span>{receipt.orderId}</span>
        <span>
          {dateText(receipt.businessDate)} {timeText(receipt.createdAt)}
        </span>
        <span>
          {receipt.channel}
          {order.kind === 'paid-out' ? '' : receipt.vatBasis === 'take' ? ', takeaway' : ', eat in'}
        </span>
      </p>
      {globalOrderId.startsWith('TRAINING-') ? (
        <p class="receipt-voided">TRAINING: not a sale</p>
      ) : null}
      {receipt.voided ? <p class="receipt-voided">VOIDED: {order.reason}</p> : null}
      {order.kind === 'paid-out' ? <p>Paid out: {order.reason}</p> : null}
      <ul class="receipt-lines">
        {receipt.lines.map((line, at) => (
          <li key={at}>
            <span>
              {line.quantity} {line.name}
            </span>
            <span>{money(line.total)}</span>
            {line.details.length === 0 ? null : (
              <span class="receipt-details">{line.details.join(', ')}</span>
            )}
          </li>
        ))}
      </ul>
      <dl class="receipt-sums">
        <dt class="strong">Total</dt>
        <dd class="strong">{money(receipt.total)}</dd>
        {receipt.tenders.map(({ method, amount, tendered }, at) => (
          <TenderRow key={at} name={methodText(method)} amount={tendered ?? amount} />
        ))}
        {receipt.change === 0 ? null : <TenderRow name="Change" amount={receipt.change} />}
        {receipt.vatByRate.map(({ rate, net, vat }) => (
          <TenderRow key={rate} name={`VAT ${rate / 100} % on ${money(net)}`} amount={vat} />
        ))}
      </dl>
    </article>
  );
}

const TenderRow = ({ name, amount }: { readonly name: string; readonly amount: number }) => (
  <>
    <dt>{name}</dt>
    <dd>{money(amount)}</dd>
  </>
);
