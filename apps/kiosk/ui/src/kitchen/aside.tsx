import { duration } from '../format.ts';
import {
  packed,
  recall,
  setStatus,
  sinceS,
  type Station,
  takenBack,
  type Ticket,
} from './tickets.ts';

/** Beside the tickets: what is packed and waits for its customer, and what may be called back. */
export function Aside({
  station,
  tickets,
}: {
  readonly station: Station;
  readonly tickets: readonly Ticket[];
}) {
  const back = takenBack(station, tickets);
  return (
    <aside class="kitchen-aside">
      {station === 'pass' ? <Packed /> : null}
      <section aria-labelledby="recall-title">
        <h2 id="recall-title">{station === 'pass' ? 'Handed over' : 'Done here'}</h2>
        {back.length === 0 ? (
          <p class="soft small">Nothing to call back.</p>
        ) : (
          <ul class="recalls">
            {back.map((ticket, at) => (
              <li key={ticket.globalOrderId}>
                <span class="recall-number">{ticket.number}</span>
                <button
                  type="button"
                  class="key quiet"
                  aria-label={`Recall order ${ticket.number}`}
                  aria-keyshortcuts={at === 0 ? 'F6' : undefined}
                  onClick={() => void recall(station, ticket)}
                >
                  Recall
                </button>
              </li>
            ))}
          </ul>
        )}
      </section>
    </aside>
  );
}

const Packed = () => (
  <section aria-labelledby="packed-title">
    <h2 id="packed-title">Packed</h2>
    {packed.value.length === 0 ? (
      <p class="soft small">Nothing waits to be handed over.</p>
    ) : (
      <ul class="packed">
        {packed.value.map((ticket) => (
          <li key={ticket.globalOrderId}>
            <span class="packed-number">{ticket.number}</span>
            <span class="small soft">{duration(ticket.ageS + sinceS.value)}</span>
            <button
              type="button"
              class="key quiet"
              aria-label={`Back to the kitchen: order ${ticket.number}`}
              onClick={() => void setStatus(ticket, 'preparing')}
            >
              Back
            </button>
            <button
              type="button"
              class="key hand-over"
              aria-label={`Handed over: order ${ticket.number}`}
              onClick={() => void setStatus(ticket, 'dispatched')}
            >
              Handed over
            </button>
          </li>
        ))}
      </ul>
    )}
  </section>
);
