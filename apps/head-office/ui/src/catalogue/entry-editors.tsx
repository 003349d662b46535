import type { ComponentType } from 'preact';
import { useState } from 'preact/hooks';
import { words } from '../format.ts';
import { Input, Select } from '../parts/parts.tsx';
import {
  Address,
  PriceListPlaceEditor,
  StockComponents,
  TradeUpEditor,
} from './corner-editors.tsx';
import { type CollectionName, type Entry, type Menu, nameOf } from './model.ts';
import { ProductField, productOf, productText } from './product-field.tsx';

/** Edits a field that holds more than a word or a number. */
export interface EditorProps {
  readonly label: string;
  readonly value: unknown;
  readonly collection: CollectionName | 'settings';
  /** What it may name. */
  readonly menu: Menu;
  readonly products: readonly Entry[];
  readonly onChange: (value: unknown) => void;
}

interface ListProps {
  readonly label: string;
  readonly codes: readonly number[];
  readonly products: readonly Entry[];
  readonly onChange: (codes: readonly number[]) => void;
}

/** Products in their order: found by code or name, taken out one by one. */
function ProductList({ label, codes, products, onChange }: ListProps) {
  const [text, setText] = useState('');
  const add = (): void => {
    const code = productOf(text, products);
    if (code === null) return;
    setText('');
    if (!codes.includes(code)) onChange([...codes, code]);
  };
  return (
    <div class="stack tight">
      <ul class="chips" aria-label={label}>
        {codes.map((code) => (
          <li key={code} class="chip">
            {productText(code, products)}
            <button
              type="button"
              aria-label={`Take ${productText(code, products)} out of ${label}`}
              onClick={() => onChange(codes.filter((each) => each !== code))}
            >
              ×
            </button>
          </li>
        ))}
        {codes.length === 0 ? <li class="soft small">none</li> : null}
      </ul>
      <div class="row">
        <ProductField
          label={`Add to ${label}`}
          text={text}
          products={products}
          onText={setText}
          onEnter={add}
        />
        <button
          type="button"
          class="button find"
          disabled={productOf(text, products) === null}
          onClick={add}
        >
          Add<span class="visually-hidden"> to {label}</span>
        </button>
      </div>
    </div>
  );
}

const ChoiceGroups = ({ label, value, products, onChange }: EditorProps) => {
  const groups = value as readonly (readonly number[])[];
  return (
    <fieldset class="group stack">
      <legend>{label}: the customer picks one of each</legend>
      {groups.map((codes, at) => (
        <div key={at} class="group stack tight">
          <ProductList
            label={`choice ${at + 1}`}
            codes={codes}
            products={products}
            onChange={(next) => onChange(groups.map((each, index) => (index === at ? next : each)))}
          />
          <button
            type="button"
            class="button danger find"
            onClick={() => onChange(groups.filter((_, index) => index !== at))}
          >
            Remove choice {at + 1}
          </button>
        </div>
      ))}
      <button type="button" class="button find" onClick={() => onChange([...groups, []])}>
        Add a choice
      </button>
    </fieldset>
  );
};

const AddOns = ({ label, value, products, onChange }: EditorProps) => (
  <fieldset class="group stack">
    <legend>{label}</legend>
    <Select
      label="Paid extras offered"
      value={value === null ? 'general' : 'own'}
      onChange={(kind) => onChange(kind === 'general' ? null : [])}
      options={[
        { value: 'general', label: 'The general list' },
        { value: 'own', label: 'Its own list' },
      ]}
    />
    {value === null ? null : (
      <ProductList
        label="its own extras"
        codes={value as readonly number[]}
        products={products}
        onChange={onChange}
      />
    )}
  </fieldset>
);

const Products = ({ label, value, products, onChange }: EditorProps) => (
  <fieldset class="group stack">
    <legend>{label}</legend>
    <ProductList
      label={label.toLowerCase()}
      codes={value as readonly number[]}
      products={products}
      onChange={onChange}
    />
  </fieldset>
);

interface Key {
  readonly page: number;
  readonly sequence: number;
  readonly label: string;
  readonly colour: { readonly red: number; readonly green: number; readonly blue: number } | null;
}

const hexOf = ({ red, green, blue }: NonNullable<Key['colour']>): string =>
  `#${[red, green, blue].map((part) => part.toString(16).padStart(2, '0')).join('')}`;
const colourOf = (hex: string): NonNullable<Key['colour']> => {
  const part = (at: number): number => Number.parseInt(hex.slice(at, at + 2), 16);
  return { red: part(1), green: part(3), blue: part(5) };
};
const GREY = '#808080';

function MenuKeyEditor({ label, value, menu, onChange }: EditorProps) {
  const key = value as Key | null;
  const pages = menu['menuPages'] ?? [];
  const first = Number(pages[0]?.['id'] ?? 1);
  if (key === null) {
    return (
      <fieldset class="group stack">
        <legend>{label}</legend>
        <p class="soft small">It has no key on the till: it is sold by its code only.</p>
        <button
          type="button"
          class="button find"
          onClick={() => onChange({ page: first, sequence: 1, label: '', colour: null })}
        >
          Give it a key
        </button>
      </fieldset>
    );
  }
  const set = (part: Partial<Key>): void => onChange({ ...key, ...part });
  return (
    <fieldset class="group key-fields">
      <legend>{label}</legend>
      <Select
        label="Page"
        value={String(key.page)}
        onChange={(page) => set({ page: Number(page) })}
        options={pages.map((page) => ({ value: String(page['id']), label: nameOf(page) }))}
      />
      <Input
        label="Order on the page"
        value={String(key.sequence)}
        onChange={(text) => set({ sequence: Number(text.replaceAll(/\D/g, '')) })}
      />
      <Input label="Label of the key" value={key.label} onChange={(text) => set({ label: text })} />
      <label class="label">
        Colour
        <input
          class="field colour"
          type="color"
          value={key.colour === null ? GREY : hexOf(key.colour)}
          onInput={({ currentTarget }) => set({ colour: colourOf(currentTarget.value) })}
        />
      </label>
      <button
        type="button"
        class="button find"
        disabled={key.colour === null}
        onClick={() => set({ colour: null })}
      >
        The page's colour
      </button>
      <button type="button" class="button danger find" onClick={() => onChange(null)}>
        Take the key away
      </button>
    </fieldset>
  );
}

const Accepts = ({ label, value, onChange }: EditorProps) => {
  const accepts = value as Readonly<Record<string, boolean>>;
  return (
    <fieldset class="checks">
      <legend>{label}</legend>
      {Object.entries(accepts).map(([tender, accepted]) => (
        <label key={tender} class="check">
          <input
            type="checkbox"
            checked={accepted}
            onChange={({ currentTarget }) =>
              onChange({ ...accepts, [tender]: currentTarget.checked })
            }
          />
          {words(tender.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`))}
        </label>
      ))}
    </fieldset>
  );
};

const Allergens = ({ label, value, onChange }: EditorProps) => (
  <Input
    label={`${label}, with commas between; empty: not known; "none"`}
    value={value === null ? '' : (value as string[]).join(', ') || 'none'}
    onChange={(text) => {
      const names = text.split(/,\s*/).filter((name) => name !== '' && name !== 'none');
      onChange(text.trim() === '' ? null : names);
    }}
  />
);

const EDITORS: Readonly<Record<string, ComponentType<EditorProps>>> = {
  choiceGroups: ChoiceGroups,
  addOns: AddOns,
  menuKey: MenuKeyEditor,
  accepts: Accepts,
  allergens: Allergens,
  priceListPlace: PriceListPlaceEditor,
  tradeUp: TradeUpEditor,
  address: Address,
};

/** The editor of a field. A combo is made of products, a product of what is in stock. */
export const editorOf = (
  collection: CollectionName | 'settings',
  field: string,
): ComponentType<EditorProps> | null =>
  field === 'components'
    ? collection === 'combos'
      ? Products
      : StockComponents
    : (EDITORS[field] ?? null);
