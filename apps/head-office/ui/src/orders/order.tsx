import { useState } from 'preact/hooks';
import { dateText, momentText, money, words } from '../format.ts';
import { useLoad } from '../load.ts';
import { Badge, PageHead, Pair, TableScroll, Trouble } from '../parts/parts.tsx';
import { KINDS, type Line, type Order, type OrderDetail, type Revision } from './model.ts';
import { StatusBadge } from './status-badge.tsx';

/** One order with what it was sold as, every revision of it, and the very message each came in. */
export function OrderScreen({ id }: { readonly id: string }) {
  const found = useLoad<OrderDetail>(`/api/orders/${encodeURIComponent(id)}`);
  const [chosen, setChosen] = useState<number | null>(null);
  const detail = found.value;
  if (detail === null) {
    return (
      <div class="stack">
        <PageHead title={`Order ${id}`} />
        <Trouble trouble={found.trouble} onRetry={found.reload} />
        <a href="#/orders">To the orders</a>
      </div>
    );
  }
  const current = detail.revisions.findIndex(
    ({ journalSeq, journalEpoch }) =>
      journalSeq === detail.journalSeq && journalEpoch === detail.journalEpoch,
  );
  const revision = detail.revisions[chosen ?? current];
  return (
    <div class="stack">
      <nav class="small" aria-label="Where you are">
        <a href={`#/orders?store=${detail.store}&date=${detail.businessDate}`}>Orders</a> of{' '}
        <a href={`#/shops/${detail.store}`}>{detail.store}</a>
      </nav>
      <PageHead
        title={detail.globalOrderId}
        lead={`${KINDS[detail.kind] ?? detail.kind} of ${dateText(detail.businessDate)}, rung up ${momentText(detail.createdAt)}`}
      >
        <StatusBadge status={detail.status} />
      </PageHead>
      <div class="order-columns">
        <div class="stack">{revision?.order ? <Sold order={revision.order} /> : null}</div>
        <aside class="stack">
          <Facts detail={detail} />
          <Revisions
            detail={detail}
            current={current}
            chosen={chosen ?? current}
            onChoose={setChosen}
          />
        </aside>
      </div>
      {revision === undefined ? null : <RawMessage revision={revision} />}
    </div>
  );
}

function Sold({ order }: { readonly order: Order }) {
  return (
    <>
      <TableScroll label="Lines">
        <table class="table">
          <thead>
            <tr>
              <th scope="col" class="number">
                Qty
              </th>
              <th scope="col">Item</th>
              <th scope="col" class="number">
                Each
              </th>
              <th scope="col" class="number">
                Total
              </th>
            </tr>
          </thead>
          <tbody>
            {order.lines.map((line, at) => (
              <tr key={at}>
                <td class="number">{line.quantity}</td>
                <th scope="row">
                  <LineText line={line} />
                </th>
                <td class="number">{money(line.unitPrice)}</td>
                <td class="number">{money(line.total)}</td>
              </tr>
            ))}
            {order.lines.length === 0 ? (
              <tr>
                <td colSpan={4} class="soft">
                  No lines: {order.reason ?? 'a paid out'}
                </td>
              </tr>
            ) : null}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row" colSpan={3}>
                Total
              </th>
              <td class="number">{money(order.totals.gross)}</td>
            </tr>
          </tfoot>
        </table>
      </TableScroll>
      <div class="order-pair">
        <section class="card stack">
          <h2>VAT</h2>
          <dl class="facts">
            {order.vat.map(({ vatClass, vatRate, net, vat }) => (
              <Pair
                key={`${vatClass} ${vatRate}`}
                name={`Class ${vatClass} at ${vatRate / 100} %`}
                value={`${money(vat)} on ${money(net)}`}
              />
            ))}
            <Pair name="Net" value={money(order.totals.net)} />
            <Pair name="VAT" value={money(order.totals.vat)} />
          </dl>
        </section>
        <section class="card stack">
          <h2>Paid</h2>
          <dl class="facts">
            {order.tenders.map(({ method, amount, tendered }, at) => (
              <Pair
                key={at}
                name={words(method)}
                value={`${money(amount)}${tendered === null || tendered === amount ? '' : `, given ${money(tendered)}`}`}
              />
            ))}
            {order.change > 0 ? <Pair name="Change" value={money(order.change)} /> : null}
          </dl>
        </section>
      </div>
    </>
  );
}

function LineText({ line }: { readonly line: Line }) {
  const parts = line.components.filter(({ role }) => role !== 'item' && role !== 'combo');
  return (
    <>
      {line.name}
      {line.isMeal ? ' meal' : ''}
      {line.goLarge ? ', large' : ''}
      {line.tradeUp ? ', traded up' : ''} <span class="soft mono">{line.code}</span>
      <ul class="small soft order-parts">
        {parts.map(({ role, name, quantity, price }, at) => (
          <li key={at}>
            {role === 'extra' ? 'Extra ' : ''}
            {quantity > 1 ? `${quantity} × ` : ''}
            {name}
            {price > 0 ? ` ${money(price)}` : ''}
          </li>
        ))}
        {line.without.map(({ code, name }) => (
          <li key={code}>No {name}</li>
        ))}
        {line.note === null ? null : <li>Note: {line.note}</li>}
      </ul>
    </>
  );
}

const Facts = ({ detail }: { readonly detail: OrderDetail }) => (
  <section class="card stack">
    <h2>Facts</h2>
    <dl class="facts">
      <Pair name="Channel" value={detail.channel} />
      <Pair name="VAT basis" value={detail.vatBasis === 'eat' ? 'Eat in' : 'Takeaway'} />
      <Pair name="Paid by" value={detail.paymentMethod} />
      <Pair name="Crew" value={detail.crewId ?? '–'} />
      <Pair name="Catalogue" value={detail.catalogVersion} />
      <Pair name="Received" value={momentText(detail.receivedAt)} />
    </dl>
  </section>
);

interface RevisionsProps {
  readonly detail: OrderDetail;
  readonly current: number;
  readonly chosen: number;
  readonly onChoose: (at: number) => void;
}

const Revisions = ({ detail, current, chosen, onChoose }: RevisionsProps) => (
  <section class="card stack">
    <h2>Revisions</h2>
    <ol class="stack revisions">
      {detail.revisions.map((revision, at) => (
        <li key={`${revision.journalEpoch} ${revision.revision}`}>
          <button
            type="button"
            class="revision"
            aria-pressed={at === chosen}
            onClick={() => onChoose(at)}
          >
            <span class="row between">
              <strong>Revision {revision.revision}</strong>
              {at === current ? <Badge tone="good">In force</Badge> : null}
            </span>
            <span class="small soft">
              {revision.order === null
                ? 'cannot be read by this version'
                : `${words(revision.order.status)}, ${money(revision.order.totals.gross)}`}
            </span>
            <span class="small soft">{momentText(revision.receivedAt)}</span>
          </button>
        </li>
      ))}
    </ol>
  </section>
);

const RawMessage = ({ revision }: { readonly revision: Revision }) => (
  <section class="card stack">
    <div class="row between">
      <h2>Message as it came</h2>
      {revision.hashMatches ? (
        <Badge tone="good">Bytes match their hash</Badge>
      ) : (
        <Badge tone="danger">Bytes differ from their hash</Badge>
      )}
    </div>
    <dl class="facts small">
      <Pair
        name="Journal place"
        value={`epoch ${revision.journalEpoch}, event ${revision.journalSeq}`}
      />
      <Pair name="SHA-256" value={revision.hash} />
      <Pair name="Event before it" value={revision.prevHash} />
    </dl>
    <pre class="raw" tabIndex={0} aria-label="Raw message">
      {pretty(revision.raw)}
    </pre>
  </section>
);

function pretty(raw: string): string {
  try {
    return JSON.stringify(JSON.parse(raw), null, 2);
  } catch {
    return raw;
  }
}
