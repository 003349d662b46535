import { money } from '../format.ts';
import { useLoad } from '../load.ts';
import { Empty, Trouble } from '../parts/parts.tsx';

/** A product or combo of a section; of a meal the price is the whole meal's. */
interface Priced {
  readonly code: number;
  readonly name: string;
  readonly price: number | null;
  readonly double: number | null;
  readonly triple: number | null;
}

interface PriceList {
  readonly band: number;
  readonly sections: readonly {
    readonly id: number;
    readonly name: string;
    readonly meal: string;
    readonly drink: { readonly name: string } | null;
    readonly entries: readonly Priced[];
  }[];
  readonly miscellaneous: readonly {
    readonly product: number | null;
    readonly label: string;
    readonly price: number | null;
  }[];
}

const price = (pence: number | null): string => (pence === null ? '–' : money(pence));

/** The printed price list of a band, on paper as on the screen. */
export function PriceListView({
  path,
  about,
}: {
  readonly path: string;
  /** Whose prices these are, and of when. */
  readonly about: string;
}) {
  const found = useLoad<PriceList>(path);
  const list = found.value;
  if (list === null) return <Trouble trouble={found.trouble} onRetry={found.reload} />;
  if (list.sections.length === 0) {
    return <Empty title="No price list">The menu names no sections to print.</Empty>;
  }
  return (
    <article class="stack">
      <div class="row between">
        <div>
          <h2>App Product Prices – Band {list.band}</h2>
          <p class="small soft">{about}</p>
        </div>
        <button type="button" class="button no-print" onClick={() => print()}>
          Print
        </button>
      </div>
      <div class="price-list">
        {list.sections.map((section) => (
          <section key={section.id} class="card stack">
            <h3>{section.name}</h3>
            {section.drink === null ? null : (
              <p class="small soft">Meals, with the regular side and {section.drink.name}</p>
            )}
            <Prices entries={section.entries} label={section.name} />
          </section>
        ))}
        {list.miscellaneous.length === 0 ? null : (
          <section class="card stack">
            <h3>Miscellaneous</h3>
            <table class="table">
              <caption class="visually-hidden">Miscellaneous</caption>
              <thead>
                <tr>
                  <th scope="col">Item</th>
                  <th scope="col" class="number">
                    Price
                  </th>
                </tr>
              </thead>
              <tbody>
                {list.miscellaneous.map(({ label, price: pence }, at) => (
                  <tr key={at}>
                    <th scope="row">{label}</th>
                    <td class="number">{price(pence)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        )}
      </div>
    </article>
  );
}

const Prices = ({
  entries,
  label,
}: {
  readonly entries: readonly Priced[];
  readonly label: string;
}) => {
  const hasSizes = entries.some(({ double, triple }) => double !== null || triple !== null);
  return (
    <table class="table">
      <caption class="visually-hidden">{label}</caption>
      <thead>
        <tr>
          <th scope="col">Item</th>
          <th scope="col" class="number">
            Price
          </th>
          {hasSizes ? (
            <>
              <th scope="col" class="number">
                Double
              </th>
              <th scope="col" class="number">
                Triple
              </th>
            </>
          ) : null}
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <tr key={entry.code}>
            <th scope="row">{entry.name}</th>
            <td class="number">{price(entry.price)}</td>
            {hasSizes ? (
              <>
                <td class="number">{price(entry.double)}</td>
                <td class="number">{price(entry.triple)}</td>
              </>
            ) : null}
          </tr>
        ))}
      </tbody>
    </table>
  );
};
