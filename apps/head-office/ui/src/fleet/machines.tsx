import { useState } from 'preact/hooks';
import { agoText, bytes, momentText } from '../format.ts';
import { now } from '../live.ts';
import { ChooseAll, ChooseOne } from '../parts/choose.tsx';
import { Badge, Empty, TableScroll } from '../parts/parts.tsx';
import { MenuBadge } from '../shop/menu-badge.tsx';
import { LineBadge } from '../shop/line-badge.tsx';
import { heartbeatText, type Shop } from '../shops.ts';
import { CommandForm, CommandHistory } from './commands.tsx';

/** What runs in the shops; those chosen are told something. */
export function Machines({ shops }: { readonly shops: readonly Shop[] }) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [turn, setTurn] = useState(0);
  if (shops.length === 0) {
    return (
      <Empty title="No shops yet">
        A shop appears here once it is <a href="#/fleet/access">provisioned</a>.
      </Empty>
    );
  }
  return (
    <>
      <ShopTable shops={shops} chosen={chosen} onChoose={setChosen} />
      <section class="card stack" aria-labelledby="tell">
        <h2 id="tell">
          {chosen.size === 0 ? 'Tell shops something' : `Tell ${[...chosen].toSorted().join(', ')}`}
        </h2>
        <CommandForm stores={[...chosen].toSorted()} onSent={() => setTurn(turn + 1)} />
      </section>
      <section class="stack" aria-labelledby="commands">
        <h2 id="commands">Commands</h2>
        <CommandHistory store={null} turn={turn} />
      </section>
    </>
  );
}

interface TableProps {
  readonly shops: readonly Shop[];
  readonly chosen: ReadonlySet<string>;
  readonly onChoose: (chosen: ReadonlySet<string>) => void;
}

const ShopTable = ({ shops, chosen, onChoose }: TableProps) => {
  const versions = new Set(shops.flatMap(({ heartbeat }) => heartbeat?.version ?? []));
  return (
    <TableScroll label="Shops">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">
              <ChooseAll
                stores={shops.map(({ store }) => store)}
                chosen={chosen}
                onChoose={onChoose}
              />
            </th>
            <th scope="col">Shop</th>
            <th scope="col">Line</th>
            <th scope="col">Heartbeat</th>
            <th scope="col">Software</th>
            <th scope="col">Menu</th>
            <th scope="col">Settings</th>
            <th scope="col" class="number">
              Disk free
            </th>
            <th scope="col">Last backup</th>
          </tr>
        </thead>
        <tbody>
          {shops.map((shop) => (
            <tr key={shop.store}>
              <td>
                <ChooseOne store={shop.store} chosen={chosen} onChoose={onChoose} />
              </td>
              <th scope="row">
                <a href={`#/shops/${shop.store}`}>{shop.store}</a> {shop.name}
              </th>
              <td>
                <LineBadge shop={shop} />
              </td>
              <td class="nowrap">{heartbeatText(shop, now.value)}</td>
              <td>
                {shop.heartbeat?.version ?? '–'}{' '}
                {versions.size > 1 && shop.heartbeat?.version !== newest(versions) ? (
                  <Badge tone="warn">Older</Badge>
                ) : null}
              </td>
              <td>
                <MenuBadge shop={shop} />
              </td>
              <td class="nowrap">
                {shop.heartbeat?.configVersion
                  ? momentText(shop.heartbeat.configVersion * 1000)
                  : 'as delivered'}
              </td>
              <td class="number">
                {shop.heartbeat === null ? '–' : bytes(shop.heartbeat.diskFreeBytes)}
              </td>
              <td class="nowrap">
                {shop.heartbeat?.lastBackupAt == null
                  ? 'none'
                  : agoText(shop.heartbeat.lastBackupAt, now.value)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
};

const newest = (versions: ReadonlySet<string>): string | undefined =>
  [...versions].toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1);
