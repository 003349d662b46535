import { useState } from 'preact/hooks';
import { post, problemText } from '../api.ts';
import { age, momentText } from '../format.ts';
import { now } from '../live.ts';
import { useLoad } from '../load.ts';
import { LineBadge } from '../overview/screen.tsx';
import { Empty, PageHead, Select, TableScroll, Told, Trouble } from '../parts/parts.tsx';
import { toggled } from '../parts/choice.ts';
import { may } from '../session.ts';
import type { Overview, Shop } from '../shops.ts';
import '../catalogue/catalogue.css';
import { Commands, type Sent } from './command-table.tsx';
import { ConfigForm } from './config-form.tsx';

const COMMANDS = [
  { value: 'ping', label: 'Ping: say that you are there' },
  { value: 'backup', label: 'Back up now' },
  { value: 'close-day', label: 'Close the trading day' },
  { value: 'rotate', label: 'Rotate the credential' },
];

/** The shops' machines: versions, commands and configuration. */
export function FleetScreen() {
  const overview = useLoad<Overview>('/api/stores');
  const commands = useLoad<{ readonly commands: readonly Sent[] }>('/api/commands?limit=50');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const shops = overview.value?.stores ?? [];
  const toggle = (store: string): void => setChosen(toggled(chosen, store));
  return (
    <div class="stack">
      <PageHead title="Fleet" lead="What runs in the shops, and what it is told" />
      <Trouble trouble={overview.trouble} onRetry={overview.reload} />
      {overview.value === null ? null : shops.length === 0 ? (
        <Empty title="No shops yet">A shop appears here once it is provisioned.</Empty>
      ) : (
        <ShopTable
          shops={shops}
          chosen={chosen}
          onToggle={toggle}
          onAll={() =>
            setChosen(
              chosen.size === shops.length ? new Set() : new Set(shops.map(({ store }) => store)),
            )
          }
        />
      )}
      {may('operate') ? (
        <div class="studio-pair">
          <CommandForm stores={[...chosen].toSorted()} onSent={commands.reload} />
          <ConfigForm stores={[...chosen].toSorted()} onChanged={overview.reload} />
        </div>
      ) : null}
      <section class="stack" aria-labelledby="commands">
        <div class="row between">
          <h2 id="commands">Commands</h2>
          <button type="button" class="button" onClick={commands.reload}>
            Look again
          </button>
        </div>
        <Trouble trouble={commands.trouble} onRetry={commands.reload} />
        {commands.value === null ? null : <Commands commands={commands.value.commands} />}
      </section>
    </div>
  );
}

interface TableProps {
  readonly shops: readonly Shop[];
  readonly chosen: ReadonlySet<string>;
  readonly onToggle: (store: string) => void;
  readonly onAll: () => void;
}

const ShopTable = ({ shops, chosen, onToggle, onAll }: TableProps) => (
  <TableScroll label="Shops">
    <table class="table">
      <thead>
        <tr>
          <th scope="col">
            <label class="check">
              <input type="checkbox" checked={chosen.size === shops.length} onChange={onAll} />
              All
            </label>
          </th>
          <th scope="col">Shop</th>
          <th scope="col">Line</th>
          <th scope="col">Heartbeat</th>
          <th scope="col">Software</th>
          <th scope="col">Catalogue</th>
          <th scope="col">Configuration</th>
          <th scope="col">Last backup</th>
        </tr>
      </thead>
      <tbody>
        {shops.map((shop) => (
          <tr key={shop.store}>
            <td>
              <label class="check">
                <input
                  type="checkbox"
                  checked={chosen.has(shop.store)}
                  onChange={() => onToggle(shop.store)}
                />
                <span class="visually-hidden">{shop.store}</span>
              </label>
            </td>
            <th scope="row">
              <a href={`#/shops/${shop.store}`}>{shop.store}</a> {shop.name}
            </th>
            <td>
              <LineBadge shop={shop} />
            </td>
            <td>
              {shop.heartbeatAt === null
                ? 'never'
                : `${age((now.value - Date.parse(shop.heartbeatAt)) / 1000)} ago`}
            </td>
            <td>{shop.heartbeat?.version ?? '–'}</td>
            <td class="mono">{shop.heartbeat?.catalogVersion || '–'}</td>
            <td class="mono">{shop.heartbeat?.configVersion || 'defaults'}</td>
            <td>
              {shop.heartbeat?.lastBackupAt == null
                ? 'none'
                : momentText(shop.heartbeat.lastBackupAt)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </TableScroll>
);

function CommandForm({
  stores,
  onSent,
}: {
  readonly stores: readonly string[];
  readonly onSent: () => void;
}) {
  const [name, setName] = useState('ping');
  const [told, setTold] = useState<string | null>(null);
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const answer = await post('/api/commands', { stores, command: { name } });
    setTold(answer.ok ? `Sent to ${stores.join(', ')}.` : problemText(answer.problem));
    if (answer.ok) onSent();
  };
  return (
    <form class="card stack" onSubmit={(event) => void send(event)}>
      <h2>Send a command</h2>
      <Select label="Command" value={name} onChange={setName} options={COMMANDS} />
      <p class="small soft">
        {stores.length === 0
          ? 'Choose shops above.'
          : `To ${stores.join(', ')}. Sent again until answered, for 15 minutes.`}
      </p>
      <Told text={told} />
      <button type="submit" class="button primary" disabled={stores.length === 0}>
        Send
      </button>
    </form>
  );
}
