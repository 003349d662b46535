import { join } from 'node:path';
import type { Answer } from '../http.ts';
import { until } from '../waiting.ts';
import type { Office } from './office.ts';

interface Product {
  readonly prices: readonly (number | null)[];
}

const SAMPLE_MENU = join(import.meta.dirname, '../../../sample-menu');

/**
 * Publishes the sample menu where there is none yet.
 * @param pence every price ends in these; without it prices are as they are.
 */
export async function publishMenu(office: Office, pence?: number): Promise<void> {
  const imported = await office.run(['catalogue', 'import', SAMPLE_MENU, '--shop', '1', '--json']);
  const { draftId } = JSON.parse(imported) as { readonly draftId: number };
  if (pence !== undefined) await endPricesIn(office, draftId, pence);
  await office.run(['catalogue', 'publish', String(draftId), '--json']);
}

/**
 * Publishes a menu in which every price ends in the same `pence`, while shops sell: whoever sells from half of it
 * gives themselves away by an order with two endings. Where anything fails it is begun again with a new draft.
 */
export const changeMenu = ({ office }: { readonly office: Office }, pence: number): Promise<void> =>
  until(
    `a menu whose prices end in ${pence} to be published`,
    async () => {
      const name = `ends in ${pence}`;
      const { draftId } = told(await office.face.post('/api/catalogue/drafts', { name }));
      await endPricesIn(office, draftId as number, pence);
      await office.run(['catalogue', 'publish', String(draftId), '--json']);
      return true;
    },
    { withinMs: 120_000, everyMs: 1000 },
  );

async function endPricesIn({ face }: Office, draftId: number, pence: number): Promise<void> {
  const path = `/api/catalogue/drafts/${draftId}`;
  const { revision } = told(await face.get(path));
  const menu = told(await face.get(`${path}/menu?target=base`));
  const products = (menu.products as readonly Product[]).map((product) => ({
    ...product,
    prices: product.prices.map((price) =>
      price === null || price === 0 ? price : Math.floor(price / 100) * 100 + pence,
    ),
  }));
  const edit = { products: { set: products } };
  told(await face.post(`${path}/edits?target=base`, { revision, edit }));
}

/** What Head Office says to an editor. @throws where it refuses. */
function told({ status, body }: Answer): Answer['body'] {
  if (status < 300) return body;
  throw new Error(`the editor was refused: ${status} ${JSON.stringify(body)}`);
}
