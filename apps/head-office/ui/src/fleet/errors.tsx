import { useState } from 'preact/hooks';
import { MoreButton, usePages } from '../load-pages.tsx';
import { Empty, Trouble } from '../parts/parts.tsx';
import { ShopSelect } from '../parts/shop-select.tsx';
import { ErrorTable } from './error-table.tsx';
import type { ErrorEvent } from './model.ts';

interface Page {
  readonly errors: readonly ErrorEvent[];
  readonly next?: string;
}

/** What the shops reported out of the ordinary. */
export function Errors() {
  const [store, setStore] = useState('');
  const asked = new URLSearchParams({ limit: '50', ...(store === '' ? {} : { store }) });
  const { pages, first, more } = usePages<Page>(`/api/errors?${asked.toString()}`, 'before');
  const errors = pages.flatMap((page) => page.errors);
  return (
    <>
      <div class="filters card">
        <ShopSelect value={store} onChange={setStore} />
      </div>
      <Trouble trouble={first.trouble} onRetry={first.reload} />
      {first.value === null ? null : errors.length === 0 ? (
        <Empty title="Nothing out of the ordinary">
          What a shop's machine complains of shows here, and fires alerts by their rules.
        </Empty>
      ) : (
        <ErrorTable errors={errors} isOneShop={false} />
      )}
      <MoreButton more={more}>Older events</MoreButton>
    </>
  );
}
