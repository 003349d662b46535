import {
  type CatalogueIndex,
  type Combo,
  displayName,
  extrasOffered,
  type LineRequest,
  mealPriceOf,
  type PriceBand,
  type Product,
  type ProductLineRequest,
  relishesOf,
} from '@tillwire/domain';
import type { ComponentChildren } from 'preact';
import { money } from '../format.ts';
import { basket, type BasketLine, editLine, index, removeLine, selectedKey } from './basket.ts';

interface OptionsOf {
  readonly line: BasketLine;
  readonly of: CatalogueIndex;
  readonly band: PriceBand;
}

/** The options of the line being rung up, in the place of the menu's keys: touching a page leads back. */
export function Options({ line }: { readonly line: BasketLine }) {
  const of = index.value;
  if (of === null) return null;
  const band = of.channels.get(basket.value.channel)?.band ?? (1 as PriceBand);
  const { request } = line;
  const item =
    request.kind === 'product' ? of.products.get(request.code) : of.combos.get(request.code);
  if (item === undefined) return null;
  return (
    <section class="options" aria-label={`Options of ${displayName(item)}`}>
      <header class="options-head">
        <h2>{line.priced?.name ?? displayName(item)}</h2>
        <strong>{line.priced === null ? 'not finished' : money(line.priced.unitPrice)}</strong>
        <button type="button" class="key danger" onClick={() => removeLine(line.key)}>
          Remove
        </button>
        <button
          type="button"
          class="key primary"
          onClick={() => {
            selectedKey.value = null;
          }}
        >
          Done
        </button>
      </header>
      {request.kind === 'product' ? (
        <ProductOptions line={line} of={of} band={band} product={item as Product} />
      ) : (
        <ComboOptions line={line} of={of} band={band} combo={item as Combo} />
      )}
      <Note line={line} />
      <Facts line={line} of={of} />
    </section>
  );
}

function Section({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <fieldset class="option-section">
      <legend>{title}</legend>
      <div class="option-keys">{children}</div>
    </fieldset>
  );
}

interface OptionKey {
  readonly on: boolean;
  readonly label: string;
  readonly price?: number;
  readonly onClick: () => void;
  readonly disabled?: boolean;
}

const Option = ({ on, label, price, onClick, disabled }: OptionKey) => (
  <button type="button" class="key option" aria-pressed={on} disabled={disabled} onClick={onClick}>
    <span>{label}</span>
    {price === undefined || price === 0 ? null : <span class="small">+{money(price)}</span>}
  </button>
);

type Edit = (edit: (request: ProductLineRequest) => ProductLineRequest) => void;

function ProductOptions({ line, of, band, product }: OptionsOf & { readonly product: Product }) {
  const request = line.request as ProductLineRequest;
  const edit: Edit = (change) =>
    editLine(line.key, (current) => change(current as ProductLineRequest));
  return (
    <>
      <Sizes product={product} of={of} edit={edit} request={request} />
      {product.meal === 'none' ? null : (
        <MealOptions product={product} of={of} band={band} edit={edit} request={request} />
      )}
      {product.choiceGroups.map((group, at) => (
        <Choices
          key={at}
          at={at}
          group={group}
          of={of}
          count={product.choiceGroups.length}
          chosen={request.choices ?? []}
          choose={(choices) => edit((current) => ({ ...current, choices }))}
        />
      ))}
      <Relishes product={product} of={of} edit={edit} request={request} />
      <Extras product={product} of={of} band={band} edit={edit} request={request} />
    </>
  );
}

interface ProductPart {
  readonly product: Product;
  readonly of: CatalogueIndex;
  readonly edit: Edit;
  readonly request: ProductLineRequest;
}

/** Double and triple are other products (domain.md §2): what was chosen so far goes with it where it can. */
function Sizes({ product, of, edit, request }: ProductPart) {
  const base =
    of.catalogue.products.find(
      ({ double, triple }) => double === product.code || triple === product.code,
    ) ?? product;
  const sizes = [
    { label: 'Single', code: base.code },
    { label: 'Double', code: base.double },
    { label: 'Triple', code: base.triple },
  ].filter(({ code }) => code !== null && of.products.has(code));
  if (sizes.length < 2) return null;
  return (
    <Section title="Size">
      {sizes.map(({ label, code }) => (
        <Option
          key={label}
          label={label}
          on={request.code === code}
          onClick={() => edit((current) => ({ ...current, code: code as number }))}
        />
      ))}
    </Section>
  );
}

function MealOptions({
  product,
  of,
  band,
  edit,
  request,
}: ProductPart & { readonly band: PriceBand }) {
  const hotDrinks = of.channels.get(basket.value.channel)?.hotDrinks !== false;
  const drinks = of.catalogue.products.filter(
    ({ mealDrink, available, code }) =>
      mealDrink === product.meal && available && (hotDrinks || !of.hotDrinks.has(code)),
  );
  const large = new Set<number>(
    drinks.flatMap(({ code, largeDrink }) =>
      largeDrink !== null && largeDrink !== code ? [largeDrink] : [],
    ),
  );
  const chosen = request.meal === undefined ? undefined : of.products.get(request.meal.drink);
  const canGoLarge = product.meal === 'standard' && chosen != null && chosen.largeDrink !== null;
  return (
    <>
      <Section title={product.mealOnly ? 'Meal: choose the drink' : 'Make it a meal'}>
        {product.mealOnly ? null : (
          <Option
            label="On its own"
            on={request.meal === undefined}
            onClick={() => edit(({ meal: _, ...rest }) => rest)}
          />
        )}
        {drinks
          .filter(({ code }) => !large.has(code))
          .map((drink) => (
            <Option
              key={drink.code}
              label={drink.menuKey?.label || displayName(drink)}
              price={mealPriceOf(drink, band)}
              on={request.meal?.drink === drink.code}
              onClick={() =>
                edit((current) => ({
                  ...current,
                  meal: {
                    drink: drink.code,
                    goLarge: current.meal?.goLarge === true && drink.largeDrink !== null,
                  },
                }))
              }
            />
          ))}
      </Section>
      {canGoLarge ? (
        <Section title="Size of the meal">
          <Option
            label="Go large"
            on={request.meal?.goLarge === true}
            onClick={() =>
              edit((current) => ({
                ...current,
                meal: { drink: chosen.code, goLarge: current.meal?.goLarge !== true },
              }))
            }
          />
        </Section>
      ) : null}
    </>
  );
}

interface ChoicesOf {
  readonly at: number;
  readonly group: readonly number[];
  readonly of: CatalogueIndex;
  readonly count: number;
  /** In the groups' order; a hole is 0. */
  readonly chosen: readonly number[];
  readonly choose: (choices: readonly number[]) => void;
}

function Choices({ at, group, of, count, chosen, choose }: ChoicesOf) {
  const title = count === 1 ? 'Choose one' : `Choose one (${at + 1} of ${count})`;
  return (
    <Section title={title}>
      {group.map((code) => {
        const product = of.products.get(code);
        return product === undefined ? null : (
          <Option
            key={code}
            label={displayName(product)}
            on={chosen[at] === code}
            onClick={() =>
              choose(
                Array.from({ length: count }, (_, place) =>
                  place === at ? code : (chosen[place] ?? 0),
                ),
              )
            }
          />
        );
      })}
    </Section>
  );
}

function Relishes({ product, of, edit, request }: ProductPart) {
  const relishes = relishesOf(of, product);
  if (relishes.length === 0) return null;
  const without = request.without ?? [];
  return (
    <Section title="Leave out">
      {relishes.map(({ code, name }) => (
        <Option
          key={code}
          label={`No ${name}`}
          on={without.includes(code)}
          onClick={() =>
            edit((current) => ({
              ...current,
              without: without.includes(code)
                ? without.filter((other) => other !== code)
                : [...without, code],
            }))
          }
        />
      ))}
    </Section>
  );
}

function Extras({ product, of, band, edit, request }: ProductPart & { readonly band: PriceBand }) {
  const extras = request.extras ?? [];
  const quantityOf = (code: number): number =>
    extras.find((extra) => extra.code === code)?.quantity ?? 0;
  const set = (code: number, quantity: number): void =>
    edit((current) => {
      const others = (current.extras ?? []).filter((extra) => extra.code !== code);
      return { ...current, extras: quantity > 0 ? [...others, { code, quantity }] : others };
    });
  const offered = extrasOffered(of, product).flatMap((code) => of.products.get(code) ?? []);
  if (offered.length === 0) return null;
  return (
    <Section title="Extras">
      {offered.map((extra) => {
        const quantity = quantityOf(extra.code);
        const name = displayName(extra);
        return (
          <span key={extra.code} class="extra">
            <Option
              label={quantity > 1 ? `${quantity} × ${name}` : name}
              price={extra.prices[band - 1] as number}
              on={quantity > 0}
              disabled={!extra.available}
              onClick={() => set(extra.code, quantity + 1)}
            />
            {quantity > 0 ? (
              <button
                type="button"
                class="key"
                aria-label={`One ${name} less`}
                onClick={() => set(extra.code, quantity - 1)}
              >
                −
              </button>
            ) : null}
          </span>
        );
      })}
    </Section>
  );
}

function ComboOptions({ line, of, band, combo }: OptionsOf & { readonly combo: Combo }) {
  const request = line.request as Extract<LineRequest, { kind: 'combo' }>;
  const edit = (rest: Partial<typeof request>): void =>
    editLine(line.key, (current) => ({ ...current, ...rest }) as LineRequest);
  const parts = combo.components.flatMap((code) => of.products.get(code) ?? []);
  const tradeUp = combo.tradeUp;
  const tradeUpPrice = tradeUp === null ? 0 : (tradeUp.prices[band - 1] as number);
  const traded = tradeUp === null ? undefined : of.combos.get(tradeUp.combo);
  return (
    <>
      <p class="soft">With {parts.map(displayName).join(', ')}</p>
      {combo.choiceGroups.map((group, at) => (
        <Choices
          key={at}
          at={at}
          group={group}
          of={of}
          count={combo.choiceGroups.length}
          chosen={request.choices}
          choose={(choices) => edit({ choices })}
        />
      ))}
      {traded === undefined || tradeUpPrice === 0 ? null : (
        <Section title="Trade up">
          <Option
            label={displayName(traded)}
            price={tradeUpPrice - (combo.prices[band - 1] as number)}
            on={request.tradeUp === true}
            onClick={() => edit({ tradeUp: request.tradeUp !== true })}
          />
        </Section>
      )}
    </>
  );
}

const Note = ({ line }: { readonly line: BasketLine }) => (
  <label class="note">
    <span class="small soft">Note for the kitchen</span>
    <input
      class="field"
      maxLength={200}
      value={line.request.note ?? ''}
      onInput={(event) => {
        const note = event.currentTarget.value;
        editLine(line.key, (request) => ({ ...request, note }));
      }}
    />
  </label>
);

/** Allergens and energy of what was chosen, where the catalogue knows them of every part. */
function Facts({ line, of }: { readonly line: BasketLine; readonly of: CatalogueIndex }) {
  const parts = (line.priced?.components ?? []).filter(({ role }) => role !== 'combo');
  const products = parts.map(({ code, quantity }) => ({
    product: of.products.get(code),
    quantity,
  }));
  if (products.length === 0) return null;
  const kcal = products.reduce<number | null>(
    (sum, { product, quantity }) =>
      sum === null || product?.kcal == null ? null : sum + product.kcal * quantity,
    0,
  );
  const known = products.every(({ product }) => product?.allergens != null);
  const allergens = new Set(products.flatMap(({ product }) => product?.allergens ?? []));
  return (
    <p class="facts small soft">
      {kcal === null ? 'Energy not known for every part' : `${kcal} kcal`}
      {' · '}
      {known
        ? allergens.size === 0
          ? 'No listed allergens'
          : `Contains ${[...allergens].toSorted().join(', ')}`
        : 'Allergens not known for every part: ask the manager'}
      {line.priced !== null && line.priced.without.length > 0
        ? ' (as listed, before what is left out)'
        : ''}
    </p>
  );
}
