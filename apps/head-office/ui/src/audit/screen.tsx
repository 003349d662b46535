import { useState } from 'preact/hooks';
import { momentText, words } from '../format.ts';
import { MoreButton, usePages } from '../load-pages.tsx';
import { Badge, Empty, Input, PageHead, TableScroll, type Tone, Trouble } from '../parts/parts.tsx';
import { go, linkTo, place } from '../router.ts';

interface Entry {
  readonly id: number;
  readonly at: string;
  readonly actor: string;
  readonly role: string;
  readonly address: string;
  readonly action: string;
  readonly subject: string;
  readonly outcome: string;
  readonly detail: string;
  readonly before: unknown;
  readonly after: unknown;
}

interface Page {
  readonly entries: readonly Entry[];
  readonly next?: number;
}

const TONES: Readonly<Record<string, Tone>> = {
  done: 'good',
  refused: 'warn',
  failed: 'danger',
  begun: 'danger',
};

/** Every change anybody asked for, with what was before and after it. */
export function AuditScreen() {
  const asked = Object.fromEntries(place.value.query);
  const [text, setText] = useState(asked['text'] ?? '');
  const [actor, setActor] = useState(asked['actor'] ?? '');
  const path = `/api/audit?${new URLSearchParams(asked).toString()}`;
  const { pages, first, more } = usePages<Page>(path, 'before');
  return (
    <div class="stack">
      <PageHead
        title="Audit log"
        lead="Every change somebody asked for, whether it was done or refused"
      />
      <form
        class="filters card"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          go(linkTo(['audit'], { text, actor }));
        }}
      >
        <div class="grow">
          <Input label="Anything in it" value={text} onChange={setText} />
        </div>
        <Input label="By user" value={actor} onChange={setActor} />
        <button type="submit" class="button">
          Search
        </button>
      </form>
      <Trouble trouble={first.trouble} onRetry={first.reload} />
      {first.value === null ? null : <Entries entries={pages.flatMap((page) => page.entries)} />}
      <MoreButton more={more}>Older entries</MoreButton>
    </div>
  );
}

function Entries({ entries }: { readonly entries: readonly Entry[] }) {
  if (entries.length === 0) {
    return <Empty title="Nothing found">No change matches what you look for.</Empty>;
  }
  return (
    <TableScroll label="Audit log">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Who</th>
            <th scope="col">What</th>
            <th scope="col">Outcome</th>
            <th scope="col">Before and after</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <EntryRow key={entry.id} entry={entry} />
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}

const EntryRow = ({ entry }: { readonly entry: Entry }) => (
  <tr>
    <td>{momentText(entry.at)}</td>
    <td>
      {entry.actor === '' ? <span class="soft">not signed in</span> : entry.actor}
      <br />
      <span class="soft small">
        {entry.actor === '' ? '' : `${words(entry.role)}, `}from {entry.address}
      </span>
    </td>
    <th scope="row">
      {words(entry.action)}
      <br />
      <span class="small">{entry.subject}</span>
    </th>
    <td>
      <Badge tone={TONES[entry.outcome] ?? 'quiet'}>
        {entry.outcome === 'begun' ? 'Never finished' : words(entry.outcome)}
      </Badge>
      {entry.detail === '' ? null : <p class="small soft">{entry.detail}</p>}
    </td>
    <td>
      {entry.before === null && entry.after === null ? (
        <span class="soft">–</span>
      ) : (
        <details>
          <summary>Show</summary>
          <pre class="raw" tabIndex={0} aria-label="Before and after">
            {JSON.stringify({ before: entry.before, after: entry.after }, null, 2)}
          </pre>
        </details>
      )}
    </td>
  </tr>
);
