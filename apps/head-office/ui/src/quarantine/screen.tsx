import { useState } from 'preact/hooks';
import { post, problemText } from '../api.ts';
import { count, momentText, words } from '../format.ts';
import { useLoad } from '../load.ts';
import { MoreButton, usePages } from '../load-pages.tsx';
import {
  Badge,
  Empty,
  Input,
  PageHead,
  Pair,
  Select,
  TableScroll,
  Told,
  Trouble,
} from '../parts/parts.tsx';
import { go, linkTo, place } from '../router.ts';
import { toggled } from '../parts/choice.ts';
import { may } from '../session.ts';

interface Parked {
  readonly id: number;
  readonly store: string | null;
  readonly topic: string;
  readonly reason: string;
  readonly detail: string;
  readonly bytes: number;
  readonly hash: string;
  readonly journalEpoch: number | null;
  readonly journalSeq: number | null;
  readonly firstSeen: string;
  readonly timesSeen: number;
  readonly resolvedAt: string | null;
  readonly resolution: string | null;
  readonly resolutionReason: string | null;
}

interface Page {
  readonly parked: readonly Parked[];
  readonly next?: number;
}

/** Messages that could not go into the books: look, take in again after a fix, or discard with a reason. */
export function QuarantineScreen() {
  const [id] = place.value.rest;
  return id === undefined ? <ParkedList /> : <ParkedMessage id={id} />;
}

function ParkedList() {
  const asked = Object.fromEntries(place.value.query);
  const path = `/api/quarantine?${new URLSearchParams(asked).toString()}`;
  const { pages, first, more } = usePages<Page>(path, 'before');
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const [reason, setReason] = useState('');
  const [told, setTold] = useState<string | null>(null);
  const replay = async (event: Event): Promise<void> => {
    event.preventDefault();
    const answer = await post<{ readonly outcomes: readonly object[] }>('/api/quarantine/replay', {
      ids: [...chosen],
      reason,
    });
    setTold(
      answer.ok ? `${answer.value.outcomes.length} taken in again.` : problemText(answer.problem),
    );
    setChosen(new Set());
    first.reload();
  };
  const toggle = (id: number): void => setChosen(toggled(chosen, id));
  return (
    <div class="stack">
      <PageHead
        title="Quarantine"
        lead="Messages that could not go into the books; nothing waits behind them"
      />
      <div class="filters card">
        <Select
          label="Show"
          value={asked['resolved'] ?? 'no'}
          onChange={(resolved) => go(linkTo(['quarantine'], { ...asked, resolved }))}
          options={[
            { value: 'no', label: 'Those that wait' },
            { value: 'yes', label: 'Those dealt with' },
          ]}
        />
        {may('operate') && chosen.size > 0 ? (
          <form class="row grow" onSubmit={(event) => void replay(event)}>
            <Input label="What was fixed" value={reason} onChange={setReason} required />
            <button type="submit" class="button primary find">
              Take in {count(chosen.size)} again
            </button>
          </form>
        ) : null}
      </div>
      <Told text={told} />
      <Trouble trouble={first.trouble} onRetry={first.reload} />
      {first.value === null ? null : (
        <ParkedTable
          parked={pages.flatMap((page) => page.parked)}
          chosen={chosen}
          onToggle={toggle}
        />
      )}
      <MoreButton more={more}>Older messages</MoreButton>
    </div>
  );
}

interface TableProps {
  readonly parked: readonly Parked[];
  readonly chosen: ReadonlySet<number>;
  readonly onToggle: (id: number) => void;
}

function ParkedTable({ parked, chosen, onToggle }: TableProps) {
  if (parked.length === 0) {
    return <Empty title="Nothing is parked">Every message that came went into the books.</Empty>;
  }
  return (
    <TableScroll label="Parked messages">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">
              <span class="visually-hidden">Choose</span>
            </th>
            <th scope="col">Shop</th>
            <th scope="col">Why</th>
            <th scope="col">First seen</th>
            <th scope="col" class="number">
              Times
            </th>
            <th scope="col" class="number">
              Bytes
            </th>
            <th scope="col">State</th>
          </tr>
        </thead>
        <tbody>
          {parked.map((row) => (
            <tr key={row.id}>
              <td>
                {row.resolvedAt === null && may('operate') ? (
                  <label class="check">
                    <input
                      type="checkbox"
                      checked={chosen.has(row.id)}
                      onChange={() => onToggle(row.id)}
                    />
                    <span class="visually-hidden">Message {row.id}</span>
                  </label>
                ) : null}
              </td>
              <td>{row.store ?? 'unknown'}</td>
              <th scope="row">
                <a href={linkTo(['quarantine', String(row.id)])}>{words(row.reason)}</a>
                <div class="small soft">{row.detail}</div>
              </th>
              <td>{momentText(row.firstSeen)}</td>
              <td class="number">{count(row.timesSeen)}</td>
              <td class="number">{count(row.bytes)}</td>
              <td>
                <Resolution parked={row} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}

const Resolution = ({ parked }: { readonly parked: Parked }) =>
  parked.resolution === null ? (
    <Badge tone="warn">Waits</Badge>
  ) : (
    <>
      <Badge tone="quiet">{words(parked.resolution)}</Badge>
      <div class="small soft">{parked.resolutionReason}</div>
    </>
  );

function ParkedMessage({ id }: { readonly id: string }) {
  const path = `/api/quarantine/${encodeURIComponent(id)}`;
  const found = useLoad<Parked & { readonly text: string }>(path);
  const [reason, setReason] = useState('');
  const [told, setTold] = useState<string | null>(null);
  const parked = found.value;
  if (parked === null) return <Trouble trouble={found.trouble} onRetry={found.reload} />;
  const act = async (what: 'replay' | 'discard'): Promise<void> => {
    const answer =
      what === 'replay'
        ? await post('/api/quarantine/replay', { ids: [parked.id], reason })
        : await post(`${path}/discard`, { reason });
    setTold(answer.ok ? `Done: ${what}.` : problemText(answer.problem));
    found.reload();
  };
  return (
    <div class="stack">
      <nav class="small" aria-label="Where you are">
        <a href="#/quarantine">Quarantine</a>
      </nav>
      <PageHead
        title={`Message ${parked.id}: ${words(parked.reason).toLowerCase()}`}
        lead={parked.detail}
      >
        <Resolution parked={parked} />
      </PageHead>
      <Told text={told} />
      <section class="card stack">
        <dl class="facts">
          <Pair name="Topic" value={parked.topic} />
          <Pair
            name="Journal place"
            value={
              parked.journalSeq === null
                ? 'cannot be read'
                : `epoch ${parked.journalEpoch}, event ${parked.journalSeq}`
            }
          />
          <Pair name="SHA-256" value={parked.hash} />
          <Pair
            name="Seen"
            value={`${count(parked.timesSeen)} times since ${momentText(parked.firstSeen)}`}
          />
        </dl>
        <pre class="raw" tabIndex={0} aria-label="The message's bytes as text">
          {parked.text}
        </pre>
      </section>
      {parked.resolvedAt === null && may('operate') ? (
        <form class="card filters" onSubmit={(event) => event.preventDefault()}>
          <div class="grow">
            <Input label="Reason, kept for good" value={reason} onChange={setReason} required />
          </div>
          <button
            type="button"
            class="button primary"
            disabled={reason.trim() === ''}
            onClick={() => void act('replay')}
          >
            Take in again
          </button>
          <button
            type="button"
            class="button danger"
            disabled={reason.trim() === ''}
            onClick={() => void act('discard')}
          >
            Discard for good
          </button>
        </form>
      ) : null}
    </div>
  );
}
