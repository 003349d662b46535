import { toggled } from './choice.ts';

/** Picks shops of a table one by one, or all. */
export const ChooseAll = ({
  stores,
  chosen,
  onChoose,
}: {
  readonly stores: readonly string[];
  readonly chosen: ReadonlySet<string>;
  readonly onChoose: (chosen: ReadonlySet<string>) => void;
}) => (
  <label class="check">
    <input
      type="checkbox"
      checked={chosen.size === stores.length && stores.length > 0}
      onChange={() => onChoose(chosen.size === stores.length ? new Set() : new Set(stores))}
    />
    All
  </label>
);

export const ChooseOne = ({
  store,
  chosen,
  onChoose,
}: {
  readonly store: string;
  readonly chosen: ReadonlySet<string>;
  readonly onChoose: (chosen: ReadonlySet<string>) => void;
}) => (
  <label class="check">
    <input
      type="checkbox"
      checked={chosen.has(store)}
      onChange={() => onChoose(toggled(chosen, store))}
    />
    <span class="visually-hidden">Choose {store}</span>
  </label>
);
