import { useEffect } from 'preact/hooks';
import { moveByArrows } from '../arrows.ts';
import { count, duration } from '../format.ts';
import { index, reachable } from '../kiosk.ts';
import { onLive } from '../live.ts';
import { place } from '../router.ts';
import { Aside } from './aside.tsx';
import {
  ageOf,
  bump,
  doneAt,
  isCooked,
  isOpenAt,
  itemsAt,
  kitchen,
  type KitchenState,
  recall,
  refreshKitchen,
  sinceS,
  type Station,
  STATIONS,
  stop,
  takenBack,
  type Ticket,
  type TicketItem,
  tick,
  trouble,
} from './tickets.ts';
import './kitchen.css';

const stationTitle = (wanted: Station): string =>
  STATIONS.find(([station]) => station === wanted)?.[1] ?? '';

/** What was sold and is to be made: `#/kitchen` is the pass, `#/kitchen/fryer` a zone. */
export function KitchenScreen() {
  const station = STATIONS.find(([name]) => name === place.value.rest[0])?.[0] ?? 'pass';
  useEffect(() => {
    const refresh = (): void => void refreshKitchen();
    const stops = [
      ...(['order', 'kitchen', 'catalogue'] as const).map((event) => onLive(event, refresh)),
      onLive('connected', () => {
        trouble.value = '';
        refresh();
      }),
    ];
    const timer = setInterval(tick, 1000);
    refresh();
    return () => {
      for (const stop of stops) stop();
      clearInterval(timer);
    };
  }, []);
  useEffect(() => {
    const onKey = ({ key }: KeyboardEvent): void => {
      const [last] = takenBack(station, kitchen.value?.tickets ?? []);
      if (key === 'F6' && last !== undefined) void recall(station, last);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [station]);
  const state = kitchen.value;
  return (
    <div class="kitchen">
      <Stations station={station} state={state} />
      <div class="kitchen-told">
        <Warnings state={state} />
        {trouble.value === '' ? null : (
          <p class="trouble told" role="alert">
            {trouble.value}
          </p>
        )}
      </div>
      <Tickets station={station} state={state} />
      {state === null ? null : <Aside station={station} tickets={state.tickets} />}
    </div>
  );
}

/** The stations, each with how much it has to do. */
const Stations = ({
  station,
  state,
}: {
  readonly station: Station;
  readonly state: KitchenState | null;
}) => (
  <nav class="stations" aria-label="Stations">
    {STATIONS.map(([name, title]) => {
      const load = state?.zones.find(({ zone }) => zone === name);
      const orders = (state?.tickets ?? []).filter((ticket) => isOpenAt(name, ticket)).length;
      return (
        <a
          key={name}
          class={`key station${load?.isFull === true ? ' full' : ''}`}
          href={name === 'pass' ? '#/kitchen' : `#/kitchen/${name}`}
          aria-current={name === station ? 'page' : undefined}
        >
          <span class="station-title">{title}</span>
          <span class="small">
            {load === undefined
              ? `${count(orders)} ${orders === 1 ? 'order' : 'orders'}`
              : `${count(load.items)}${load.limit === null ? '' : ` of ${count(load.limit)}`} in hand`}
            {load?.isFull === true ? ' · full' : ''}
          </span>
        </a>
      );
    })}
  </nav>
);

/** Zones at their cap: the tills are told as well, before the next order. */
const Warnings = ({ state }: { readonly state: KitchenState | null }) => (
  <div role="status">
    {(state?.zones ?? [])
      .filter(({ isFull }) => isFull)
      .map(({ zone, items, limit }) => (
        <p key={zone} class="load-warning">
          <strong>{stationTitle(zone)} is full:</strong> {count(items)} in preparation, limit{' '}
          {count(limit ?? 0)}. The tills are told.
        </p>
      ))}
  </div>
);

function Tickets({
  station,
  state,
}: {
  readonly station: Station;
  readonly state: KitchenState | null;
}) {
  if (state === null) {
    return (
      <div class="nothing">
        <p class="nothing-title">{reachable.value ? 'Getting the orders…' : 'No orders yet'}</p>
        <p class="soft">
          {reachable.value ? 'One moment.' : 'They appear as soon as the kiosk answers.'}
        </p>
      </div>
    );
  }
  if (!state.isUsed) {
    return (
      <div class="nothing">
        <p class="nothing-title">Kitchen screens are switched off</p>
        <p class="soft">Head Office’s config for this shop says so. Orders are called by number.</p>
      </div>
    );
  }
  const open = state.tickets.filter((ticket) => isOpenAt(station, ticket));
  if (open.length === 0) {
    return (
      <div class="nothing">
        <p class="nothing-title">
          {station === 'pass' ? 'No orders waiting' : `Nothing for ${stationTitle(station)}`}
        </p>
        <p class="soft">What the tills sell appears here at once.</p>
      </div>
    );
  }
  return (
    <ol class="tickets" aria-label="Orders, oldest first" onKeyDown={moveByArrows}>
      {open.map((ticket) => (
        <li key={ticket.globalOrderId}>
          {ticket.isVoided ? (
            <StopCard ticket={ticket} station={station} />
          ) : (
            <TicketCard ticket={ticket} station={station} />
          )}
        </li>
      ))}
    </ol>
  );
}

const AGE_TEXT = { new: 'On time', due: 'Due', late: 'Late' } as const;
const READY_TEXT = { new: 'Ready', due: 'Ready, due', late: 'Ready, late' } as const;

function TicketCard({ ticket, station }: { readonly ticket: Ticket; readonly station: Station }) {
  const { number, channel, vatBasis, items, zones } = ticket;
  const seconds = ticket.ageS + sinceS.value;
  const age = ageOf(seconds);
  const isReady = station === 'pass' && isCooked(ticket);
  const shown = itemsAt(station, items);
  const elsewhere = zones.filter((zone) => zone !== station);
  const channelName = index.value?.channels.get(channel)?.name ?? channel;
  return (
    <article class={`ticket ${age}${isReady ? ' ready' : ''}`} aria-label={`Order ${number}`}>
      <header>
        <span class="ticket-number">{number}</span>
        <span class="ticket-age">
          <strong>{isReady ? READY_TEXT[age] : AGE_TEXT[age]}</strong> {duration(seconds)}
        </span>
        <span class="ticket-how small">
          {channelName}, {vatBasis === 'take' ? 'takeaway' : 'eat in'}
        </span>
      </header>
      <ul class="ticket-items">
        {shown.map((item, at) => (
          <Item
            key={at}
            item={item}
            isDone={
              station === 'pass' && item.zone !== 'none' && doneAt(ticket, item.zone) !== undefined
            }
          />
        ))}
      </ul>
      {elsewhere.length === 0 ? null : (
        <ul class="ticket-zones small" aria-label="Stations">
          {elsewhere.map((zone) => (
            <li key={zone} class={doneAt(ticket, zone) === undefined ? '' : 'done'}>
              {doneAt(ticket, zone) === undefined ? '○' : '✓'} {stationTitle(zone)}
              <span class="visually-hidden">
                {doneAt(ticket, zone) === undefined ? ' is at it' : ' is done'}
              </span>
            </li>
          ))}
        </ul>
      )}
      <button
        type="button"
        class={`key bump${isReady || station !== 'pass' ? ' primary' : ''}`}
        aria-label={`${station === 'pass' ? 'Packed' : 'Done'}: order ${number}`}
        onClick={(event) => {
          focusNext(event.currentTarget);
          void bump(station, ticket);
        }}
      >
        {station === 'pass' ? 'Packed' : 'Done'}
      </button>
    </article>
  );
}

/** What was voided while it was in hand; it stays until this station has seen it. */
function StopCard({ ticket, station }: { readonly ticket: Ticket; readonly station: Station }) {
  const { number, items } = ticket;
  const shown = itemsAt(station, items);
  return (
    <article class="ticket stop" aria-label={`Order ${number}, voided`}>
      <header>
        <span class="ticket-number">{number}</span>
        <span class="ticket-age">
          <strong>Stop</strong>
        </span>
        <span class="ticket-how" role="alert">
          {station === 'pass' ? 'Voided: hand nothing over' : 'Voided: stop making it'}
        </span>
      </header>
      <ul class="ticket-items">
        {shown.map((item, at) => (
          <Item key={at} item={item} isDone={false} />
        ))}
      </ul>
      <button
        type="button"
        class="key bump"
        aria-label={`Stopped: order ${number}`}
        onClick={(event) => {
          focusNext(event.currentTarget);
          stop(ticket);
        }}
      >
        Stopped
      </button>
    </article>
  );
}

/** A ticket that goes hands the focus to the next one. */
function focusNext(key: HTMLElement): void {
  const keys = [...document.querySelectorAll<HTMLElement>('.bump')];
  const at = keys.indexOf(key);
  (keys[at + 1] ?? keys[at - 1])?.focus();
}

const Item = ({ item, isDone }: { readonly item: TicketItem; readonly isDone: boolean }) => (
  <li class={isDone ? 'done' : ''}>
    <span class="item-quantity">{item.quantity}</span>
    <span class="item-name">
      {isDone ? <span aria-hidden="true">✓ </span> : null}
      {item.name}
      {isDone ? <span class="visually-hidden">, done</span> : null}
    </span>
    {item.details.length === 0 ? null : (
      <ul class="item-details">
        {item.details.map((detail, at) => (
          <li key={at} class={detail.startsWith('no ') ? 'without' : ''}>
            {detail}
          </li>
        ))}
      </ul>
    )}
  </li>
);
