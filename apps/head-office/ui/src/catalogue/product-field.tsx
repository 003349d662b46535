import { useId } from 'preact/hooks';
import { type Entry, nameOf } from './model.ts';

/** `41` of `41 Cola`, `41`, or a whole name; null while it is none of them. */
export function productOf(text: string, products: readonly Entry[]): number | null {
  const wanted = text.trim().toLowerCase();
  const found = products.find(
    (product) =>
      String(product['code']) === wanted.split(' ')[0] || nameOf(product).toLowerCase() === wanted,
  );
  return found === undefined ? null : Number(found['code']);
}

/** `41 Cola`. */
export const productText = (code: number, products: readonly Entry[]): string => {
  const found = products.find((product) => Number(product['code']) === code);
  return `${code} ${found === undefined ? 'not on the menu' : nameOf(found)}`;
};

interface Props {
  readonly label: string;
  readonly text: string;
  readonly products: readonly Entry[];
  readonly onText: (text: string) => void;
  readonly onEnter?: () => void;
}

/** Finds a product by code or name. */
export function ProductField({ label, text, products, onText, onEnter }: Props) {
  const id = useId();
  return (
    <label class="label grow">
      {label}
      <input
        class="field"
        list={id}
        value={text}
        autoComplete="off"
        placeholder="code or name"
        onInput={({ currentTarget }) => onText(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || onEnter === undefined) return;
          event.preventDefault();
          onEnter();
        }}
      />
      <datalist id={id}>
        {products.map((product) => (
          <option
            key={String(product['code'])}
            value={`${String(product['code'])} ${nameOf(product)}`}
          />
        ))}
      </datalist>
    </label>
  );
}
