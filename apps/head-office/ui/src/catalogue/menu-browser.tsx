import { useState } from 'preact/hooks';
import { money } from '../format.ts';
import { fieldTitle, percentText } from './fields.ts';
import { useLoad } from '../load.ts';
import { Badge, Empty, Input, TableScroll, Trouble } from '../parts/parts.tsx';
import {
  COLLECTIONS,
  type CollectionName,
  type Entry,
  isFoundBy,
  keyOf,
  type Menu,
  nameOf,
} from './model.ts';

interface Props {
  readonly path: string;
  /** Of the whole chain, where `path` is one shop's: what the shop has its own way is marked. */
  readonly basePath: string | null;
  /** Left out: one only looks. */
  readonly onEdit?: (collection: CollectionName, entry: Entry | null) => void;
}

const SHOWN = 100;

/** Everything sold and by which rules, searched. */
export function MenuBrowser({ path, basePath, onEdit }: Props) {
  const menu = useLoad<Menu>(path);
  const base = useLoad<Menu>(basePath);
  const [isOwnOnly, setOwnOnly] = useState(false);
  const [collection, setCollection] = useState<CollectionName>('products');
  const [text, setText] = useState('');
  const isOwn = ownEntries(collection, basePath === null ? null : base.value);
  const entries = (menu.value?.[collection] ?? []).filter(
    (entry) =>
      isFoundBy(collection, entry, text) && (!isOwnOnly || basePath === null || isOwn(entry)),
  );
  return (
    <section class="stack" aria-label="Menu">
      <div class="row between">
        <div class="tabs" role="group" aria-label="What of it">
          {Object.entries(COLLECTIONS).map(([name, title]) => (
            <button
              key={name}
              type="button"
              aria-pressed={name === collection}
              onClick={() => setCollection(name as CollectionName)}
            >
              {title}
            </button>
          ))}
        </div>
        {onEdit === undefined ? null : (
          <button type="button" class="button" onClick={() => onEdit(collection, null)}>
            Add
          </button>
        )}
      </div>
      <div class="filters">
        <div class="grow">
          <Input label="Search by code or name" value={text} onChange={setText} />
        </div>
        {basePath === null ? null : (
          <label class="check">
            <input
              type="checkbox"
              checked={isOwnOnly}
              onChange={({ currentTarget }) => setOwnOnly(currentTarget.checked)}
            />
            Only what this shop has its own way
          </label>
        )}
      </div>
      <Trouble trouble={menu.trouble} onRetry={menu.reload} />
      {menu.value === null ? null : entries.length === 0 ? (
        <Empty title="Nothing found">
          {isOwnOnly && text === ''
            ? 'In this the shop is as the whole chain.'
            : 'No entry has that code or name.'}
        </Empty>
      ) : (
        <EntryTable collection={collection} entries={entries} isOwn={isOwn} onEdit={onEdit} />
      )}
    </section>
  );
}

/** Tells what the shop has otherwise than the chain; nothing, where there is no chain beside it. */
function ownEntries(collection: CollectionName, base: Menu | null): (entry: Entry) => boolean {
  if (base === null) return () => false;
  const chain = new Map(
    (base[collection] ?? []).map(
      (entry) => [keyOf(collection, entry), JSON.stringify(entry)] as const,
    ),
  );
  return (entry) => chain.get(keyOf(collection, entry)) !== JSON.stringify(entry);
}

function EntryTable({
  collection,
  entries,
  isOwn,
  onEdit,
}: {
  readonly collection: CollectionName;
  readonly entries: readonly Entry[];
  readonly isOwn: (entry: Entry) => boolean;
  readonly onEdit: Props['onEdit'];
}) {
  const isPriced = collection === 'products' || collection === 'combos';
  return (
    <>
      <TableScroll label={COLLECTIONS[collection]}>
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Code</th>
              <th scope="col">Name</th>
              {isPriced ? (
                BANDS.map((band) => (
                  <th key={band} scope="col" class="number">
                    Band {band}
                  </th>
                ))
              ) : (
                <th scope="col">Rules</th>
              )}
              {isPriced ? <th scope="col">Sold</th> : null}
              {onEdit === undefined ? null : (
                <th scope="col">
                  <span class="visually-hidden">Edit</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {entries.slice(0, SHOWN).map((entry) => (
              <tr key={String(keyOf(collection, entry))}>
                <th scope="row" class="mono">
                  {String(keyOf(collection, entry))}
                </th>
                <td>
                  {nameOf(entry)}
                  {entry['meal'] === 'standard' || entry['meal'] === 'kids' ? (
                    <span class="soft small"> makes a {entry['meal']} meal</span>
                  ) : null}{' '}
                  {isOwn(entry) ? <Badge tone="warn">Own</Badge> : null}
                </td>
                {isPriced ? (
                  BANDS.map((band) => <PriceCell key={band} entry={entry} band={band} />)
                ) : (
                  <td class="small">{rulesOf(entry)}</td>
                )}
                {isPriced ? (
                  <td>
                    {entry['available'] === true ? (
                      <Badge tone="good">Sold</Badge>
                    ) : (
                      <Badge tone="quiet">Not for now</Badge>
                    )}
                  </td>
                ) : null}
                {onEdit === undefined ? null : (
                  <td class="number">
                    <button type="button" class="button" onClick={() => onEdit(collection, entry)}>
                      Edit<span class="visually-hidden"> {nameOf(entry)}</span>
                    </button>
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
      {entries.length > SHOWN ? (
        <p class="soft small">
          The first {SHOWN} of {entries.length}: search for more.
        </p>
      ) : null}
    </>
  );
}

const BANDS = [1, 2, 3, 4, 5, 6] as const;

function PriceCell({ entry, band }: { readonly entry: Entry; readonly band: number }) {
  const price = (entry['prices'] as readonly number[])[band - 1] ?? 0;
  const meal = (entry['mealPrices'] as readonly number[] | undefined)?.[band - 1] ?? 0;
  return (
    <td class="number">
      {price === 0 ? '–' : money(price)}
      {meal === 0 || meal === price ? null : <div class="small soft">meal {money(meal)}</div>}
    </td>
  );
}

const NAMING: ReadonlySet<string> = new Set(
  'code class id shop kind product name title label fullName'.split(' '),
);

/** What else an entry says, in words. */
const rulesOf = (entry: Entry): string =>
  Object.entries(entry)
    .filter(([field, value]) => !NAMING.has(field) && value !== '' && value !== null)
    .map(([field, value]) => ruleText(field, value))
    .filter((text) => text !== '')
    .join('; ');

function ruleText(field: string, value: unknown): string {
  if (field === 'rate') return `${percentText(Number(value))} %`;
  const title = fieldTitle(field).toLowerCase();
  if (Array.isArray(value)) return value.join(', ');
  if (typeof value === 'boolean') return value ? title : `not ${title}`;
  if (typeof value === 'string' || typeof value === 'number') return `${title} ${value}`;
  const accepted = Object.entries(value ?? {}).filter(([, each]) => each === true);
  return `${title} ${accepted.map(([name]) => fieldTitle(name).toLowerCase()).join(', ')}`;
}
