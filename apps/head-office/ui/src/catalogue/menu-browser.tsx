import { useState } from 'preact/hooks';
import { money } from '../format.ts';
import { useLoad } from '../load.ts';
import { Badge, Empty, Input, TableScroll, Trouble } from '../parts/parts.tsx';
import { COLLECTIONS, type CollectionName, type Entry, type Menu } from './model.ts';

interface Props {
  readonly path: string;
  /** Left out: one only looks. */
  readonly onEdit?: (collection: CollectionName, entry: Entry | null) => void;
}

const SHOWN = 100;

/** Everything sold and by which rules, searched. */
export function MenuBrowser({ path, onEdit }: Props) {
  const menu = useLoad<Menu>(path);
  const [collection, setCollection] = useState<CollectionName>('products');
  const [text, setText] = useState('');
  const entries = (menu.value?.[collection] ?? []).filter((entry) => matches(entry, text));
  return (
    <section class="stack" aria-label="Menu">
      <div class="row between">
        <div class="tabs" role="group" aria-label="What of it">
          {Object.entries(COLLECTIONS).map(([name, { title }]) => (
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
      <Input label="Search by code or name" value={text} onChange={setText} />
      <Trouble trouble={menu.trouble} onRetry={menu.reload} />
      {menu.value === null ? null : entries.length === 0 ? (
        <Empty title="Nothing found">No entry has that code or name.</Empty>
      ) : (
        <EntryTable collection={collection} entries={entries} onEdit={onEdit} />
      )}
    </section>
  );
}

const matches = (entry: Entry, text: string): boolean => {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return true;
  return ['code', 'class', 'id', 'product', 'name', 'menuName', 'title', 'label'].some((field) =>
    plainText(entry[field]).toLowerCase().includes(wanted),
  );
};

const plainText = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

export const nameOf = (entry: Entry): string =>
  plainText(entry['menuName'] || entry['name'] || entry['title'] || entry['label']);

function EntryTable({
  collection,
  entries,
  onEdit,
}: {
  readonly collection: CollectionName;
  readonly entries: readonly Entry[];
  readonly onEdit: Props['onEdit'];
}) {
  const { key } = COLLECTIONS[collection];
  const isPriced = collection === 'products' || collection === 'combos';
  return (
    <>
      <TableScroll label={COLLECTIONS[collection].title}>
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
              <tr key={String(entry[key])}>
                <th scope="row" class="mono">
                  {String(entry[key])}
                </th>
                <td>
                  {nameOf(entry)}
                  {entry['meal'] === 'standard' || entry['meal'] === 'kids' ? (
                    <span class="soft small"> makes a {entry['meal']} meal</span>
                  ) : null}
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

/** The plain fields of an entry, in words. */
const rulesOf = (entry: Entry): string =>
  Object.entries(entry)
    .filter(([field]) => !['code', 'class', 'id', 'name', 'title', 'label'].includes(field))
    .map(([field, value]) =>
      field === 'rate'
        ? `${Number(value) / 100} %`
        : typeof value === 'object'
          ? Object.entries(value ?? {})
              .filter(([, accepted]) => accepted === true)
              .map(([name]) => name)
              .join(', ')
          : typeof value === 'boolean'
            ? value
              ? field
              : `not ${field}`
            : `${field} ${plainText(value)}`,
    )
    .join('; ');
