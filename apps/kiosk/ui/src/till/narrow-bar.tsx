import { money } from '../format.ts';
import { itemCount, lines, total } from './basket.ts';
import { basketShown } from './narrow.ts';
import { due, openTender, sold, tendering } from './sale.ts';

/** The basket in one line at the foot of a narrow screen, one touch from the whole of it and from paying. */
export function NarrowBar() {
  const last = sold.value;
  const isEmpty = lines.value.length === 0;
  return (
    <div class="narrow-bar">
      <button
        type="button"
        class="key"
        aria-expanded={basketShown.value}
        onClick={() => {
          basketShown.value = !basketShown.value;
        }}
      >
        {basketShown.value
          ? 'Menu'
          : isEmpty && last !== null
            ? `Change ${money(last.change)}`
            : `Basket: ${itemCount.value} · ${money(total.value)}`}
      </button>
      <button
        type="button"
        class="key primary"
        disabled={isEmpty || tendering.value !== null}
        onClick={() => {
          basketShown.value = false;
          openTender();
        }}
      >
        Pay {due.value === null ? '' : money(due.value)}
      </button>
    </div>
  );
}
