import {
  type CatalogueIndex,
  displayName,
  extrasOffered,
  type Product,
  type ProductLineRequest,
  relishesOf,
  singlePriceOf,
} from '@tillwire/domain';
import { money } from '../format.ts';
import { Presets } from '../presets.tsx';
import { band, type BasketLine, editLine } from './basket.ts';
import { OptionKeys } from './option-keys.tsx';
import { itemOf } from './steps.ts';

interface Part {
  readonly line: BasketLine;
  readonly of: CatalogueIndex;
}

/** What may be left out and added. */
export function Changes({ line, of }: Part) {
  const { request } = line;
  const item = itemOf(request, of);
  if (request.kind !== 'product' || item === null) return null;
  return (
    <>
      <Relishes line={line} of={of} request={request} product={item as Product} />
      <Extras line={line} of={of} request={request} product={item as Product} />
    </>
  );
}

const OFTEN_NOTED = ['Allergy', 'No salt', 'Well done', 'Cut in half', 'Sauce apart'];
const MAX_NOTE = 200;

/** A word to the kitchen. */
export function Note({ line: { key, request } }: { readonly line: BasketLine }) {
  const given = request.note ?? '';
  const write = (note: string): void => {
    if (note.length <= MAX_NOTE) editLine(key, (current) => ({ ...current, note }));
  };
  return (
    <div class="note">
      <label>
        <span class="small soft">Note for the kitchen</span>
        <input
          class="field"
          maxLength={MAX_NOTE}
          autoFocus
          value={given}
          onInput={(event) => write(event.currentTarget.value)}
        />
      </label>
      <Presets
        words={OFTEN_NOTED}
        onPick={(word) => write(given === '' ? word : `${given}, ${word.toLowerCase()}`)}
      />
    </div>
  );
}

interface ProductPart extends Part {
  readonly request: ProductLineRequest;
  readonly product: Product;
}

function Relishes({ line, of, request, product }: ProductPart) {
  const relishes = relishesOf(of, product);
  if (relishes.length === 0) return null;
  const without = request.without ?? [];
  const toggled = (code: number): readonly number[] =>
    without.includes(code) ? without.filter((other) => other !== code) : [...without, code];
  return (
    <OptionKeys title="Leave out">
      {relishes.map(({ code, name }) => (
        <button
          key={code}
          type="button"
          class="key option"
          aria-pressed={without.includes(code)}
          onClick={() =>
            editLine(line.key, (current) => ({
              ...(current as ProductLineRequest),
              without: toggled(code),
            }))
          }
        >
          No {name}
        </button>
      ))}
    </OptionKeys>
  );
}

function Extras({ line, of, request, product }: ProductPart) {
  const extras = request.extras ?? [];
  const offered = extrasOffered(of, product).flatMap((code) => of.products.get(code) ?? []);
  if (offered.length === 0) return null;
  const set = (code: number, quantity: number): void =>
    editLine(line.key, (current) => {
      const others = extras.filter((extra) => extra.code !== code);
      return {
        ...(current as ProductLineRequest),
        extras: quantity > 0 ? [...others, { code, quantity }] : others,
      };
    });
  return (
    <OptionKeys title="Extras, touch again for one more">
      {offered.map((extra) => {
        const quantity = extras.find(({ code }) => code === extra.code)?.quantity ?? 0;
        const name = displayName(extra);
        return (
          <span key={extra.code} class="extra">
            <button
              type="button"
              class="key option"
              aria-pressed={quantity > 0}
              disabled={!extra.available}
              onClick={() => set(extra.code, quantity + 1)}
            >
              <span>{quantity > 1 ? `${quantity} × ${name}` : name}</span>
              <span class="small">+{money(singlePriceOf(extra, band.value))}</span>
            </button>
            {quantity > 0 ? (
              <button
                type="button"
                class="less"
                aria-label={`One ${name} less`}
                onClick={() => set(extra.code, quantity - 1)}
              >
                −
              </button>
            ) : null}
          </span>
        );
      })}
    </OptionKeys>
  );
}
