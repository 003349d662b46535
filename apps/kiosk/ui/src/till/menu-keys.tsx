import { signal } from '@preact/signals';
import { moveByArrows } from '../arrows.ts';
import { css, inkOn } from '../colour.ts';
import { money } from '../format.ts';
import { index } from '../kiosk.ts';
import { selectedKey } from './basket.ts';
import { currentPage, type MenuItem, page, pages, readCode, ring } from './menu.ts';
import { basketShown } from './narrow.ts';
import { closeTender, sold } from './sale.ts';

/** The first thing rung up ends the look at the order before. */
function ringUp(item: Pick<MenuItem, 'kind' | 'code'>, quantity = 1): void {
  sold.value = null;
  basketShown.value = false;
  closeTender();
  ring(item, quantity);
}

/** The menu's pages, and the code of what is on none of them. */
export function Rail() {
  return (
    <nav class="rail" aria-label="Menu pages" onKeyDown={moveByArrows}>
      {pages.value.map(({ id, title }) => (
        <button
          key={id}
          type="button"
          class="key page"
          aria-current={currentPage.value?.id === id ? 'true' : undefined}
          onClick={() => {
            page.value = id;
            selectedKey.value = null;
            closeTender();
          }}
        >
          {title.replaceAll('_', ' ')}
        </button>
      ))}
      <CodeEntry />
    </nav>
  );
}

const refused = signal('');

function CodeEntry() {
  return (
    <form
      class="code"
      onSubmit={(event) => {
        event.preventDefault();
        const input = event.currentTarget.elements.namedItem('code') as HTMLInputElement;
        if (index.value === null || input.value.trim() === '') return;
        const read = readCode(input.value, index.value);
        refused.value = read.ok ? '' : read.why;
        if (!read.ok) return input.select();
        input.value = '';
        ringUp(read, read.quantity);
      }}
    >
      <input
        id="code"
        name="code"
        class="field"
        inputMode="none"
        autoComplete="off"
        maxLength={12}
        placeholder="Code"
        aria-label="Product code: 5, 3*5, or C20 for a combo"
        aria-invalid={refused.value !== ''}
        aria-describedby="code-refused"
        onInput={() => {
          refused.value = '';
        }}
      />
      <span
        id="code-refused"
        class={refused.value === '' ? 'visually-hidden' : 'code-refused'}
        role="alert"
      >
        {refused.value}
      </span>
    </form>
  );
}

/** The keys of the page shown, in the catalogue's order and colours. */
export function Keys() {
  const shown = currentPage.value;
  if (shown === null) return <div class="keys" />;
  return (
    <div class="keys" role="group" aria-label={shown.title} onKeyDown={moveByArrows}>
      {shown.items.map((item) => (
        <Key key={`${shown.id} ${item.kind} ${item.code}`} item={item} />
      ))}
    </div>
  );
}

function Key({ item }: { readonly item: MenuItem }) {
  const { colour } = item;
  return (
    <button
      type="button"
      class="key product"
      style={
        colour === null || !item.sellable
          ? undefined
          : { background: css(colour), borderColor: css(colour), color: inkOn(colour) }
      }
      disabled={!item.sellable}
      onClick={() => ringUp(item)}
    >
      <span class="product-name">{item.label}</span>
      <span class="product-price">
        {item.sellable ? `${item.isFrom ? 'from ' : ''}${money(item.price)}` : item.why}
      </span>
    </button>
  );
}
