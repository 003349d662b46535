import type { Answer } from '../http.ts';
import { until } from '../waiting.ts';
import type { World } from '../world/world.ts';

interface Product {
  readonly prices: readonly (number | null)[];
}

/**
 * Publishes a menu in which every price ends in the same `pence`, while shops sell: whoever sells from half of it
 * gives themselves away by an order with two endings.
 */
export async function changeMenu({ office: { face, run } }: World, pence: number): Promise<void> {
  let answer: Answer | undefined;
  const asked = async (ask: () => Promise<Answer>): Promise<Answer['body']> => {
    await until(
      'Head Office to answer the editor',
      async () => {
        answer = await ask();
        return answer.status < 500;
      },
      { withinMs: 120_000, everyMs: 500 },
    );
    if (answer === undefined || answer.status >= 300) {
      throw new Error(`the editor was refused: ${answer?.status} ${JSON.stringify(answer?.body)}`);
    }
    return answer.body;
  };
  const draft = await asked(() => face.post('/api/catalogue/drafts', { name: `ends in ${pence}` }));
  const path = `/api/catalogue/drafts/${draft.draftId}`;
  const menu = await asked(() => face.get(`${path}/menu?target=base`));
  const products = (menu.products as readonly Product[]).map((product) => ({
    ...product,
    prices: product.prices.map((price) =>
      price === null || price === 0 ? price : Math.floor(price / 100) * 100 + pence,
    ),
  }));
  await asked(() =>
    face.post(`${path}/edits?target=base`, {
      revision: draft.revision,
      edit: { products: { set: products } },
    }),
  );
  await until(
    'the menu to be published',
    async () => {
      await run(['catalogue', 'publish', String(draft.draftId), '--json']);
      return true;
    },
    { withinMs: 60_000, everyMs: 2000 },
  );
}
