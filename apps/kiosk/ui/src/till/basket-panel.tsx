import type { CatalogueIndex } from '@tillwire/domain';
import { signal, useComputed } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { moveByArrows } from '../arrows.ts';
import { count, money, methodText, orderNumber } from '../format.ts';
import { index } from '../kiosk.ts';
import {
  basket,
  type BasketLine,
  channel,
  channelsHere,
  clearBasket,
  context,
  held,
  holdBasket,
  itemCount,
  lines,
  previous,
  pricedAlone,
  recallBasket,
  repeatPrevious,
  selectedKey,
  setBasis,
  setChannel,
  setQuantity,
  total,
  totals,
  unfinished,
} from './basket.ts';
import { KitchenLoad } from './kitchen-load.tsx';
import { detailsOf, lineTitle } from './line-text.ts';
import { notice } from './notices.ts';
import { ReadBack, ReadBackKey, readingBack } from './read-back.tsx';
import { due, openTender, pending, sold, tendering } from './sale.ts';
import { itemName, missingText } from './steps.ts';

/** What is to be chosen from in the place of the lines: a basket on hold, or the sales channel. */
const choosing = signal<'held' | 'channel' | null>(null);

/** Closes the choice that is open, or opens this one. */
const toggle = (choice: 'held' | 'channel'): void => {
  choosing.value = choosing.value === choice ? null : choice;
};

/** What is being sold, on the right of whatever else the till shows. */
export function BasketPanel() {
  return (
    <aside class="basket" aria-label="Basket">
      <How />
      {readingBack.value ? (
        <ReadBack />
      ) : choosing.value === 'held' ? (
        <Held />
      ) : choosing.value === 'channel' ? (
        <Channels />
      ) : lines.value.length === 0 ? (
        <Nothing />
      ) : (
        <Lines />
      )}
      <Tools />
      <Foot />
    </aside>
  );
}

/** Channel and eat-in or takeaway: both price what is in the basket anew. */
function How() {
  const { vatBasis } = basket.value;
  return (
    <div class="how">
      {channelsHere.value.length < 2 ? null : (
        <button
          type="button"
          class="key channel"
          aria-expanded={choosing.value === 'channel'}
          onClick={() => toggle('channel')}
        >
          <span class="visually-hidden">Sales channel </span>
          {channel.value?.name ?? basket.value.channel}
          <span aria-hidden="true">{choosing.value === 'channel' ? '▴' : '▾'}</span>
        </button>
      )}
      <div class="segments" role="group" aria-label="Where it is eaten">
        <button
          type="button"
          class="key"
          aria-pressed={vatBasis === 'take'}
          onClick={() => setBasis('take')}
        >
          Takeaway
        </button>
        <button
          type="button"
          class="key"
          aria-pressed={vatBasis === 'eat'}
          disabled={channel.value?.delivers === true}
          onClick={() => setBasis('eat')}
        >
          Eat in
        </button>
      </div>
    </div>
  );
}

/** The channels of this shop; touching one prices the basket in it. */
function Channels() {
  return (
    <div class="channels" role="group" aria-label="Sales channels" onKeyDown={moveByArrows}>
      {channelsHere.value.map(({ code, name }) => (
        <button
          key={code}
          type="button"
          class="key"
          aria-pressed={basket.value.channel === code}
          onClick={() => {
            choosing.value = null;
            setChannel(code);
          }}
        >
          {name}
        </button>
      ))}
    </div>
  );
}

/** An empty basket still says what was given back for the order before it. */
function Nothing() {
  const last = sold.value;
  if (last === null) {
    return (
      <div class="nothing">
        <KitchenLoad />
        <p class="nothing-title">Nothing rung up</p>
        <p class="soft">Touch a key, or type a code and press Enter.</p>
        <p class="soft small shortcuts">
          F2 code · F3 options · F7 − · F8 + · F4 hold · F6 recall · F9 pay
        </p>
      </div>
    );
  }
  const paid = last.tenders.map(({ method, amount }) => `${methodText(method)} ${money(amount)}`);
  return (
    <div class="nothing sold" role="status">
      <KitchenLoad />
      <p class="soft">Order</p>
      <p class="sold-number">{orderNumber(last.globalOrderId)}</p>
      <p class="soft">Change</p>
      <p class="sold-change" data-change={last.change}>
        {money(last.change)}
      </p>
      <p class="soft small">
        {paid.join(', ')}
        {last.change > 0 ? ` of ${money(last.totals.gross + last.change)} given` : ''}
      </p>
      {last.voucherOverage > 0 ? (
        <p class="small">Voucher overage {money(last.voucherOverage)}: no change</p>
      ) : null}
      <a
        class="key quiet"
        href={`#/orders/${last.businessDate}/${last.globalOrderId}`}
        aria-label={`Receipt of order ${orderNumber(last.globalOrderId)}`}
      >
        Receipt
      </a>
    </div>
  );
}

function Lines() {
  const of = index.value;
  return (
    <ol class="lines" aria-label="Lines">
      {of === null ? null : lines.value.map((line) => <Line key={line.key} line={line} of={of} />)}
    </ol>
  );
}

function Line({ line, of }: { readonly line: BasketLine; readonly of: CatalogueIndex }) {
  const { key, request, priced } = line;
  const name = priced === null ? itemName(request, of) : lineTitle(priced);
  const isSelected = useComputed(() => selectedKey.value === key).value;
  const locked = pending.value !== null;
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isSelected) row.current?.scrollIntoView({ block: 'nearest' });
  }, [isSelected, request]);
  return (
    <li
      ref={row}
      class={`line${priced === null ? ' incomplete' : ''}${isSelected ? ' selected' : ''}`}
    >
      <button
        type="button"
        class="line-name"
        aria-expanded={isSelected}
        disabled={locked}
        onClick={() => {
          tendering.value = null;
          selectedKey.value = isSelected ? null : key;
        }}
      >
        <span class="line-title">{name}</span>
        <span class="line-total">{priced === null ? '' : money(priced.total)}</span>
      </button>
      <p class="line-details small">
        {priced === null
          ? (missingText(request, of) ?? 'Not sold like this: change or remove it')
          : detailsOf(priced).join(' · ')}
      </p>
      <div class="stepper">
        <button
          type="button"
          class={request.quantity === 1 ? 'remove' : ''}
          aria-label={request.quantity === 1 ? `Remove ${name}` : `One ${name} less`}
          disabled={locked}
          onClick={() => setQuantity(key, request.quantity - 1)}
        >
          {request.quantity === 1 ? '×' : '−'}
        </button>
        <output aria-label={`Quantity of ${name}`}>{request.quantity}</output>
        <button
          type="button"
          aria-label={`One ${name} more`}
          disabled={locked}
          onClick={() => setQuantity(key, request.quantity + 1)}
        >
          +
        </button>
      </div>
    </li>
  );
}

/** The baskets on hold, oldest first: touching one takes it up. */
function Held() {
  const selling = context.value;
  return (
    <ol class="lines" aria-label="On hold">
      {held.value.map((each, at) => {
        const priced =
          selling === null ? [] : each.lines.map((line) => pricedAlone(line, each, selling).priced);
        const sum = priced.reduce((all, line) => all + (line?.total ?? 0), 0);
        return (
          <li key={at} class="line">
            <button
              type="button"
              class="line-name held"
              onClick={() => {
                choosing.value = null;
                recallBasket(at);
              }}
            >
              <span class="line-title">
                {priced.map((line) => line?.name ?? 'unfinished').join(', ')}
              </span>
              <span class="line-total">{money(sum)}</span>
            </button>
          </li>
        );
      })}
    </ol>
  );
}

function Tools() {
  const isEmpty = basket.value.lines.length === 0;
  const waiting = held.value.length;
  const locked = tendering.value !== null;
  if (locked) {
    return (
      <div class="tools" role="group" aria-label="Basket keys">
        <ReadBackKey />
      </div>
    );
  }
  return (
    <div class="tools" role="group" aria-label="Basket keys">
      <button type="button" class="key quiet" disabled={isEmpty} onClick={holdBasket}>
        Hold
      </button>
      <button
        type="button"
        class="key quiet"
        disabled={waiting === 0}
        aria-expanded={choosing.value === 'held'}
        onClick={() => {
          if (waiting === 1) recallBasket(0);
          else toggle('held');
        }}
      >
        Recall
        {waiting === 0 ? null : (
          <>
            {' '}
            <span class="badge">{waiting}</span>
          </>
        )}
      </button>
      <button
        type="button"
        class="key quiet"
        disabled={previous.value === null}
        onClick={repeatPrevious}
      >
        Previous
      </button>
      <button type="button" class="key quiet danger" disabled={isEmpty} onClick={clearBasket}>
        Cancel
      </button>
    </div>
  );
}

function Foot() {
  const items = itemCount.value;
  const toPay = due.value;
  const label = unfinished.value === null ? 'Pay' : 'Finish';
  return (
    <div class="foot">
      <NoticeBox />
      <div class="total">
        <span class="soft small">
          {count(items)} {items === 1 ? 'item' : 'items'}
          {totals.value === null ? '' : ` · VAT ${money(totals.value.vat)}`}
        </span>
        <output class="total-amount" aria-label="Total">
          {money(toPay ?? total.value)}
        </output>
      </div>
      <button
        type="button"
        class="key primary pay"
        disabled={basket.value.lines.length === 0 || tendering.value !== null}
        onClick={openTender}
      >
        {label}
      </button>
    </div>
  );
}

/** What changed under the basket; it stays until it is read or the order is over. */
function NoticeBox() {
  const shown = notice.value;
  return (
    <div role="status">
      {shown === null ? null : (
        <div class="notice">
          <div>
            <strong>{shown.title}</strong>
            {shown.rows.length === 0 ? null : (
              <ul>
                {shown.rows.map(({ name, was, now }, at) => (
                  <li key={at}>
                    {name}: {was === null ? 'not sold' : money(was)} →{' '}
                    {now === null ? 'not sold' : money(now)}
                  </li>
                ))}
              </ul>
            )}
          </div>
          <button
            type="button"
            class="key quiet"
            onClick={() => {
              notice.value = null;
            }}
          >
            OK
          </button>
        </div>
      )}
    </div>
  );
}
