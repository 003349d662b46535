import { signal } from '@preact/signals';
import {
  type CatalogueIndex,
  type Combo,
  dietOf,
  displayName,
  type LineRequest,
  mealPriceOf,
  type Product,
  type ProductLineRequest,
  singlePriceOf,
} from '@tillwire/domain';
import { useRef } from 'preact/hooks';
import { moveByArrows } from '../arrows.ts';
import { useFocus } from '../focus.ts';
import { money } from '../format.ts';
import { index, menu } from '../kiosk.ts';
import {
  appendLine,
  band,
  type BasketLine,
  channel,
  editLine,
  removeLine,
  selectedKey,
} from './basket.ts';
import { Changes, Note } from './changes.tsx';
import { changeOnlyOne, keyLabel } from './menu.ts';
import { OptionKeys } from './option-keys.tsx';
import {
  firstStep,
  inSize,
  isDone,
  itemName,
  itemOf,
  mealDrinks,
  missingText,
  sidePrice,
  sizesOf,
  type Step,
  stepAfter,
  stepId,
  stepsOf,
  withChoice,
} from './steps.ts';

/** The step shown, of which line; another line opens at its own first step. */
const shown = signal<{ readonly key: number; readonly step: Step } | null>(null);

/** Edits the line by an answer to its step, then goes on to what is asked next, or closes: complete. */
function answer(line: BasketLine, of: CatalogueIndex, request: LineRequest): void {
  editLine(line.key, () => request);
  const step = stepAfter(request, of);
  shown.value = step === null ? null : { key: line.key, step };
  if (step === null) selectedKey.value = null;
}

interface Part {
  readonly line: BasketLine;
  readonly of: CatalogueIndex;
}

/** What can be asked about the line being rung up, under the menu's keys, which stay live. */
export function Options({ line }: { readonly line: BasketLine }) {
  const of = index.value;
  const item = of === null ? null : itemOf(line.request, of);
  return of === null || item === null ? null : <Asked line={line} of={of} item={item} />;
}

function Asked({ line, of, item }: Part & { readonly item: Product | Combo }) {
  const step = shown.value?.key === line.key ? shown.value.step : firstStep(line.request, of);
  const body = useRef<HTMLDivElement>(null);
  const shownId = step === null ? '' : stepId(step);
  // The key that led on is gone with its step: whoever goes by keyboard goes on from the next one's first.
  useFocus(() => {
    if (document.activeElement === document.body) body.current?.querySelector('button')?.focus();
  }, [shownId]);
  return (
    <section class="options" aria-label={`Options of ${displayName(item)}`}>
      <Head line={line} of={of} />
      <div class="options-bar">
        <Steps line={line} of={of} step={step} />
        <Switches line={line} of={of} />
      </div>
      <div class="options-body" ref={body} onKeyDown={moveByArrows}>
        {step?.type === 'meal' ? <Meal line={line} of={of} product={item as Product} /> : null}
        {step?.type === 'choice' ? (
          <Choice line={line} of={of} group={step.group} members={item.choiceGroups[step.group]} />
        ) : null}
        {step?.type === 'changes' ? <Changes line={line} of={of} /> : null}
        {step?.type === 'note' ? <Note line={line} /> : null}
      </div>
    </section>
  );
}

function Head({ line, of }: Part) {
  const { request, priced } = line;
  const missing = missingText(request, of);
  return (
    <header class="options-head">
      <div class="options-title">
        <h2>
          {request.quantity > 1 ? `${request.quantity} × ` : ''}
          {priced?.name ?? itemName(request, of)}
          {priced?.isMeal === true ? ' meal' : ''}
        </h2>
        <p class="small soft" aria-live="polite">
          <strong class="options-price">
            {priced === null ? (missing ?? 'Not sold like this') : money(priced.unitPrice)}
          </strong>
          <FactsText line={line} of={of} />
        </p>
      </div>
      {request.quantity > 1 ? (
        <button type="button" class="key quiet" onClick={changeOnlyOne}>
          Change one only
        </button>
      ) : null}
      <button
        type="button"
        class="key quiet"
        onClick={() => {
          selectedKey.value = appendLine({ ...request, quantity: 1 });
        }}
      >
        Repeat
      </button>
      <button type="button" class="key quiet danger" onClick={() => removeLine(line.key)}>
        Remove
      </button>
      <button
        type="button"
        class="key quiet"
        onClick={() => {
          selectedKey.value = null;
        }}
      >
        Done
      </button>
    </header>
  );
}

/** Energy and allergens of what was chosen, as far as the catalogue knows them of every part. */
function FactsText({ line: { priced }, of }: Part) {
  if (priced === null || priced.components.every(({ role }) => role === 'combo')) return null;
  const { kcal, allergens } = dietOf(priced.components, of);
  return (
    <>
      {menu.value?.flags.kcal === false
        ? ''
        : kcal === null
          ? ' · kcal not known'
          : ` · ${kcal} kcal`}
      {' · '}
      {allergens === null
        ? 'allergens not known of every part: ask the manager'
        : allergens.length === 0
          ? 'no listed allergens'
          : `contains ${allergens.join(', ')}`}
      {priced.without.length > 0 ? ' (before what is left out)' : ''}
    </>
  );
}

const STEP_TITLES = { meal: 'Meal', choice: 'Choice', changes: 'Changes', note: 'Note' } as const;

function Steps({ line, of, step }: Part & { readonly step: Step | null }) {
  const steps = stepsOf(line.request, of);
  const choices = steps.filter(({ type }) => type === 'choice').length;
  return (
    <div class="steps" role="group" aria-label="What to choose" onKeyDown={moveByArrows}>
      {steps.map((each) => {
        const done = isDone(each, line.request);
        const title =
          each.type === 'choice' && choices > 1
            ? `Choice ${each.group + 1}`
            : STEP_TITLES[each.type];
        return (
          <button
            key={stepId(each)}
            type="button"
            class="step"
            aria-pressed={step !== null && stepId(step) === stepId(each)}
            onClick={() => {
              shown.value = { key: line.key, step: each };
            }}
          >
            {title}
            {each.type === 'changes' ? null : done ? (
              <span class="mark"> ✓</span>
            ) : each.required ? (
              <span class="mark needed"> needed</span>
            ) : null}
          </button>
        );
      })}
    </div>
  );
}

/** Sizes, go large, trade-up: one touch each, whatever step is shown. */
function Switches({ line, of }: Part) {
  const { request } = line;
  const item = itemOf(request, of);
  if (item === null) return null;
  return (
    <div class="switches" onKeyDown={moveByArrows}>
      {request.kind === 'product' ? (
        <>
          {sizesOf(item as Product, of).map(({ label, code }) => (
            <button
              key={label}
              type="button"
              class="key option"
              aria-pressed={request.code === code}
              onClick={() => editLine(line.key, (current) => inSize(current, code, of))}
            >
              {label}
            </button>
          ))}
          <GoLarge line={line} request={request} product={item as Product} of={of} />
        </>
      ) : (
        <TradeUp line={line} combo={item as Combo} of={of} />
      )}
    </div>
  );
}

function GoLarge({
  line,
  request,
  product,
  of,
}: Part & { readonly request: ProductLineRequest; readonly product: Product }) {
  if (product.meal !== 'standard') return null;
  const drink = request.meal === undefined ? undefined : of.products.get(request.meal.drink);
  const large = request.meal?.goLarge === true;
  return (
    <button
      type="button"
      class="key option"
      aria-pressed={large}
      disabled={drink?.largeDrink == null}
      onClick={() =>
        drink === undefined
          ? undefined
          : editLine(line.key, (current) => ({
              ...(current as ProductLineRequest),
              meal: { drink: drink.code, goLarge: !large },
            }))
      }
    >
      Go large
    </button>
  );
}

function TradeUp({ line, combo, of }: Part & { readonly combo: Combo }) {
  const up = combo.tradeUp;
  const traded = up === null ? undefined : of.combos.get(up.combo);
  const price = up === null ? 0 : (up.prices[band.value - 1] as number);
  if (traded === undefined || price === 0) return null;
  const on = line.request.kind === 'combo' && line.request.tradeUp === true;
  return (
    <button
      type="button"
      class="key option"
      aria-pressed={on}
      onClick={() => editLine(line.key, (current) => ({ ...current, tradeUp: !on }) as LineRequest)}
    >
      <span>{displayName(traded)}</span>
      <span class="small">+{money(price - singlePriceOf(combo, band.value))}</span>
    </button>
  );
}

function Meal({ line, of, product }: Part & { readonly product: Product }) {
  const request = line.request as ProductLineRequest;
  return (
    <OptionKeys title={product.mealOnly ? 'Which drink?' : 'Make it a meal: which drink?'}>
      {product.mealOnly ? null : (
        <button
          type="button"
          class="key option"
          aria-pressed={request.meal === undefined}
          onClick={() => {
            const { meal: _, ...single } = request;
            answer(line, of, single);
          }}
        >
          On its own
        </button>
      )}
      {mealDrinks(product, of, channel.value).map((drink) => (
        <button
          key={drink.code}
          type="button"
          class="key option"
          aria-pressed={request.meal?.drink === drink.code}
          onClick={() =>
            answer(line, of, {
              ...request,
              meal: {
                drink: drink.code,
                goLarge: request.meal?.goLarge === true && drink.largeDrink !== null,
              },
            })
          }
        >
          <span>{keyLabel(drink)}</span>
          <span class="small">{mealText(product, drink, of)}</span>
        </button>
      ))}
    </OptionKeys>
  );
}

/** What the meal adds to the burger with this drink; of what is only sold as a meal, the whole price. */
function mealText(product: Product, drink: Product, of: CatalogueIndex): string {
  const added = mealPriceOf(drink, band.value) + sidePrice(of, band.value);
  const whole = added + mealPriceOf(product, band.value);
  if (product.mealOnly) return money(whole);
  const single = singlePriceOf(product, band.value);
  return `+${money(whole - single)}`;
}

function Choice({
  line,
  of,
  group,
  members = [],
}: Part & { readonly group: number; readonly members: readonly number[] | undefined }) {
  const choices = line.request.choices ?? [];
  return (
    <OptionKeys title="Choose one">
      {members.map((code) => {
        const product = of.products.get(code);
        return product === undefined ? null : (
          <button
            key={code}
            type="button"
            class="key option"
            aria-pressed={choices[group] === code}
            disabled={!product.available}
            onClick={() =>
              answer(line, of, { ...line.request, choices: withChoice(choices, group, code) })
            }
          >
            {displayName(product)}
          </button>
        );
      })}
    </OptionKeys>
  );
}
