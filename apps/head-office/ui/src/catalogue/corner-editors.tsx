import { useState } from 'preact/hooks';
import { Input, Select } from '../parts/parts.tsx';
import type { EditorProps } from './entry-editors.tsx';
import { microOf, penceOf, poundsText, quantityText } from './fields.ts';
import { keyOf, nameOf } from './model.ts';
import { ProductField, productOf, productText } from './product-field.tsx';

interface StockComponent {
  readonly kind: string;
  readonly code: number;
  readonly quantityMicro: number;
}

/** Text one types while it is not what is kept yet; `read` is null for what can't be. */
function Typed<T>({
  label,
  value,
  show,
  read,
  onChange,
}: {
  readonly label: string;
  readonly value: T;
  readonly show: (value: T) => string;
  readonly read: (text: string) => T | null;
  readonly onChange: (value: T) => void;
}) {
  const [text, setText] = useState(show(value));
  const isWrong = read(text) === null;
  return (
    <label class="label">
      {label}
      <input
        class="field"
        value={text}
        aria-invalid={isWrong}
        ref={(field) => field?.setCustomValidity(isWrong ? 'This can’t be read.' : '')}
        onInput={({ currentTarget }) => {
          setText(currentTarget.value);
          const next = read(currentTarget.value);
          if (next !== null) onChange(next);
        }}
      />
    </label>
  );
}

const wholeOf = (text: string): number | null =>
  /^\d{1,6}$/.test(text.trim()) ? Number(text) : null;

/** What of the stock one unit uses. */
export function StockComponents({ label, value, menu, onChange }: EditorProps) {
  const components = value as readonly StockComponent[];
  const items = menu['stockItems'] ?? [];
  const [adding, setAdding] = useState('');
  const idOf = ({ kind, code }: StockComponent): string =>
    String(keyOf('stockItems', { kind, code }));
  const names = new Map(items.map((item) => [String(keyOf('stockItems', item)), nameOf(item)]));
  return (
    <fieldset class="group stack tight">
      <legend>{label}: how much of the stock one of it uses</legend>
      {components.length === 0 ? <p class="soft small">It uses none.</p> : null}
      {components.map((component, at) => {
        const id = idOf(component);
        const name = `${id} ${names.get(id) ?? 'not in stock'}`;
        return (
          <div key={id} class="stock-line">
            <Typed
              label={name}
              value={component.quantityMicro}
              show={quantityText}
              read={microOf}
              onChange={(quantityMicro) =>
                onChange(
                  components.map((each, index) =>
                    index === at ? { ...each, quantityMicro } : each,
                  ),
                )
              }
            />
            <button
              type="button"
              class="button danger find"
              onClick={() => onChange(components.filter((_, index) => index !== at))}
            >
              Remove<span class="visually-hidden"> {name}</span>
            </button>
          </div>
        );
      })}
      <div class="row">
        <div class="grow">
          <Select
            label="Stock item"
            value={adding}
            onChange={setAdding}
            options={[
              { value: '', label: 'Choose one' },
              ...items
                .map((item) => ({
                  value: String(keyOf('stockItems', item)),
                  label: `${keyOf('stockItems', item)} ${nameOf(item)}`,
                }))
                .filter((option) => !components.some((each) => idOf(each) === option.value)),
            ]}
          />
        </div>
        <button
          type="button"
          class="button find"
          disabled={adding === ''}
          onClick={() => {
            const code = Number(adding.slice(1));
            onChange([...components, { kind: adding.slice(0, 1), code, quantityMicro: 1_000_000 }]);
            setAdding('');
          }}
        >
          Add it
        </button>
      </div>
    </fieldset>
  );
}

interface Place {
  readonly section: number;
  readonly sequence: number;
  readonly mealSection: number;
  readonly mealSequence: number;
}
const NOWHERE: Place = { section: 0, sequence: 0, mealSection: 0, mealSequence: 0 };

/** Where it is printed: by itself, as a meal, or not at all. */
export function PriceListPlaceEditor({ label, value, menu, collection, onChange }: EditorProps) {
  const place = (value as Place | null) ?? NOWHERE;
  const source = collection === 'combos' ? 'combo' : 'product';
  const sections = (menu['priceListSections'] ?? [])
    .filter((section) => section['source'] === source)
    .map((section) => ({
      value: String(section['id']),
      label: nameOf(section),
      isMeal: section['meal'] !== 'none',
    }));
  const set = (part: Partial<Place>): void => {
    const next = { ...place, ...part };
    onChange(next.section === 0 && next.mealSection === 0 ? null : next);
  };
  const options = (isMeal: boolean) => [
    { value: '0', label: 'Not printed' },
    ...sections.filter((section) => source === 'combo' || section.isMeal === isMeal),
  ];
  return (
    <fieldset class="group key-fields">
      <legend>{label}</legend>
      <Select
        label="By itself in"
        value={String(place.section)}
        onChange={(section) => set({ section: Number(section) })}
        options={options(false)}
      />
      {place.section === 0 ? null : (
        <Typed
          label="Its place there"
          value={place.sequence}
          show={String}
          read={wholeOf}
          onChange={(sequence) => set({ sequence })}
        />
      )}
      {source === 'combo' ? null : (
        <Select
          label="As a meal in"
          value={String(place.mealSection)}
          onChange={(mealSection) => set({ mealSection: Number(mealSection) })}
          options={options(true)}
        />
      )}
      {place.mealSection === 0 ? null : (
        <Typed
          label="Its place among the meals"
          value={place.mealSequence}
          show={String}
          read={wholeOf}
          onChange={(mealSequence) => set({ mealSequence })}
        />
      )}
    </fieldset>
  );
}

interface TradeUp {
  readonly combo: number;
  readonly prices: readonly number[];
  readonly replacements: readonly { readonly product: number; readonly by: number }[];
}

/** What a combo becomes for more money, and what gives way then. */
export function TradeUpEditor({ label, value, menu, products, onChange }: EditorProps) {
  const tradeUp = value as TradeUp | null;
  const combos = menu['combos'] ?? [];
  if (tradeUp === null) {
    const first = combos[0];
    return (
      <fieldset class="group stack tight">
        <legend>{label}</legend>
        <p class="soft small">It cannot be traded up.</p>
        <button
          type="button"
          class="button find"
          disabled={first === undefined}
          onClick={() =>
            onChange({
              combo: Number(first?.['code']),
              prices: [0, 0, 0, 0, 0, 0],
              replacements: [],
            })
          }
        >
          Let it be traded up
        </button>
      </fieldset>
    );
  }
  const set = (part: Partial<TradeUp>): void => onChange({ ...tradeUp, ...part });
  return (
    <fieldset class="group stack">
      <legend>{label}</legend>
      <Select
        label="It becomes"
        value={String(tradeUp.combo)}
        onChange={(combo) => set({ combo: Number(combo) })}
        options={combos.map((combo) => ({
          value: String(combo['code']),
          label: `${String(combo['code'])} ${nameOf(combo)}`,
        }))}
      />
      <fieldset class="prices">
        <legend>Its price then, £ by band</legend>
        {tradeUp.prices.map((pence, at) => (
          <Typed
            key={at}
            label={`Trade-up, band ${at + 1}`}
            value={pence}
            show={poundsText}
            read={penceOf}
            onChange={(next) =>
              set({ prices: tradeUp.prices.map((each, index) => (index === at ? next : each)) })
            }
          />
        ))}
      </fieldset>
      <Replacements
        replacements={tradeUp.replacements}
        products={products}
        onChange={(replacements) => set({ replacements })}
      />
      <button type="button" class="button danger find" onClick={() => onChange(null)}>
        No trade-up
      </button>
    </fieldset>
  );
}

function Replacements({
  replacements,
  products,
  onChange,
}: Pick<TradeUp, 'replacements'> &
  Pick<EditorProps, 'products'> & {
    readonly onChange: (replacements: TradeUp['replacements']) => void;
  }) {
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const [product, by] = [productOf(from, products), productOf(to, products)];
  const add = (): void => {
    if (product === null || by === null) return;
    const others = replacements.filter((each) => each.product !== product);
    onChange([...others, { product, by }].toSorted((a, b) => a.product - b.product));
    setFrom('');
    setTo('');
  };
  return (
    <fieldset class="group stack tight">
      <legend>What gives way then</legend>
      <ul class="chips" aria-label="What gives way then">
        {replacements.length === 0 ? <li class="soft small">nothing</li> : null}
        {replacements.map((each) => {
          const text = `${productText(each.product, products)} → ${productText(each.by, products)}`;
          return (
            <li key={each.product} class="chip">
              {text}
              <button
                type="button"
                aria-label={`Take out ${text}`}
                onClick={() =>
                  onChange(replacements.filter(({ product: other }) => other !== each.product))
                }
              >
                ×
              </button>
            </li>
          );
        })}
      </ul>
      <div class="row">
        <ProductField label="Instead of" text={from} products={products} onText={setFrom} />
        <ProductField label="comes" text={to} products={products} onText={setTo} onEnter={add} />
        <button
          type="button"
          class="button find"
          disabled={product === null || by === null}
          onClick={add}
        >
          Add the change
        </button>
      </div>
    </fieldset>
  );
}

const MAX_LINES = 3;

/** Lines of an address, none empty. */
export const Address = ({ label, value, onChange }: EditorProps) => (
  <fieldset class="group key-fields">
    <legend>{label}</legend>
    {Array.from({ length: MAX_LINES }, (_, at) => (
      <Input
        key={at}
        label={`Line ${at + 1}`}
        value={(value as readonly string[])[at] ?? ''}
        onChange={(text) => {
          const lines = Array.from(
            { length: MAX_LINES },
            (__, index) => (index === at ? text : (value as readonly string[])[index]) ?? '',
          );
          onChange(lines.filter((line, index) => line !== '' || lines.slice(index).some(Boolean)));
        }}
      />
    ))}
  </fieldset>
);
