import { useEffect, useState } from 'preact/hooks';
import { post, problemText } from '../api.ts';
import { MoreButton, usePages } from '../load-pages.tsx';
import { Empty, Select, Told, Trouble } from '../parts/parts.tsx';
import { may } from '../session.ts';
import { Commands, type Sent } from './command-table.tsx';

/** What a shop can be told by hand. */
const COMMANDS = [
  { value: 'ping', label: 'Ping: say that you are there', command: { name: 'ping' } },
  { value: 'backup', label: 'Back up now', command: { name: 'backup' } },
  { value: 'close-day', label: 'Close the trading day', command: { name: 'close-day' } },
  {
    value: 'resync',
    label: 'Read the catalogue anew',
    command: { name: 'resync', journal: [], catalogue: true },
  },
  ...(['debug', 'info', 'warn'] as const).map((level) => ({
    value: level,
    label: `Log level: ${level}`,
    command: { name: 'log-level', level },
  })),
] as const;

interface Page {
  readonly commands: readonly Sent[];
  readonly next?: string;
}

const LOOK_AGAIN_MS = 1500;

/** Commands to one shop or all, newest first, looked at again while one of them is on its way. */
export function CommandHistory({
  store,
  turn,
}: {
  readonly store: string | null;
  /** Moves on when something was sent. */
  readonly turn: number;
}) {
  const asked = new URLSearchParams({ limit: '25', ...(store === null ? {} : { store }) });
  const { pages, first, more } = usePages<Page>(`/api/commands?${asked.toString()}`, 'before');
  const commands = pages.flatMap((page) => page.commands);
  const isWaiting = commands.some(({ outcome }) => outcome === null);
  useEffect(() => {
    if (turn > 0) first.reload();
  }, [turn]);
  useEffect(() => {
    if (!isWaiting) return;
    const timer = setInterval(first.reload, LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [isWaiting]);
  return (
    <>
      <Trouble trouble={first.trouble} onRetry={first.reload} />
      {first.value === null ? null : commands.length === 0 ? (
        <Empty title="No commands yet">What is sent, and what became of it, shows here.</Empty>
      ) : (
        <Commands commands={commands} isOneShop={store !== null} />
      )}
      <MoreButton more={more}>Older commands</MoreButton>
    </>
  );
}

/** Tells the shops something; it is sent again until they answer. */
export function CommandForm({
  stores,
  onSent,
}: {
  readonly stores: readonly string[];
  readonly onSent: () => void;
}) {
  const [value, setValue] = useState<string>('ping');
  const [told, setTold] = useState<string | null>(null);
  if (!may('operate')) return null;
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const command = COMMANDS.find((one) => one.value === value)?.command;
    const answer = await post('/api/commands', { stores, command });
    setTold(answer.ok ? `Sent to ${stores.join(', ')}.` : problemText(answer.problem));
    if (answer.ok) onSent();
  };
  return (
    <form class="stack tight" onSubmit={(event) => void send(event)}>
      <div class="filters">
        <div class="grow">
          <Select label="Command" value={value} onChange={setValue} options={COMMANDS} />
        </div>
        <button type="submit" class="button primary" disabled={stores.length === 0}>
          {stores.length < 2 ? 'Send' : `Send to ${stores.length} shops`}
        </button>
      </div>
      <p class="small soft">
        {stores.length === 0 ? 'Choose shops first.' : 'Sent again until answered, for 15 minutes.'}
      </p>
      <Told text={told} />
    </form>
  );
}
