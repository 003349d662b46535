import {
  applyDelta,
  type Catalogue,
  type CatalogueDelta,
  type CatalogueFault,
  deltaBetween,
  type StoreCode,
  validateCatalogue,
} from '@tillwire/domain';

/** What all shops sell, and by shop what differs there. */
export interface Menu {
  readonly base: Catalogue;
  /** A shop that is not here sells the base as it is. */
  readonly shops: ReadonlyMap<StoreCode, CatalogueDelta>;
}

/** Whose catalogue: everybody's, or one shop's. */
export type MenuTarget = 'base' | StoreCode;

const isEmpty = (delta: CatalogueDelta): boolean => Object.keys(delta).length === 0;

/** The whole catalogue a shop sells from. */
export const catalogueOf = ({ base, shops }: Menu, target: MenuTarget): Catalogue => {
  const delta = target === 'base' ? undefined : shops.get(target);
  return delta === undefined ? base : applyDelta(base, delta);
};

/**
 * The menu in which `target` is `catalogue`. A shop's becomes its difference from the base; a new base leaves what
 * differs in the shops as it was, entry by entry.
 */
export function withCatalogue(menu: Menu, target: MenuTarget, catalogue: Catalogue): Menu {
  if (target === 'base') return { ...menu, base: catalogue };
  return withShop(menu, target, deltaBetween(menu.base, catalogue));
}

/** The menu with an edit, by key, of what `target` sells. */
export const withEdit = (menu: Menu, target: MenuTarget, edit: CatalogueDelta): Menu =>
  withCatalogue(menu, target, applyDelta(catalogueOf(menu, target), edit));

function withShop(menu: Menu, store: StoreCode, delta: CatalogueDelta): Menu {
  const shops = new Map(menu.shops);
  if (isEmpty(delta)) shops.delete(store);
  else shops.set(store, delta);
  return { ...menu, shops };
}

/**
 * What `to` changed of `from`, done to `onto`: by key, of the base, and of what the shops differ in. A change of the
 * base leaves a shop's own entries alone, as everywhere.
 */
export function rebaseMenu(from: Menu, to: Menu, onto: Menu): Menu {
  const base = applyDelta(onto.base, deltaBetween(from.base, to.base));
  const edited: Menu = { base: from.base, shops: to.shops };
  let menu: Menu = { base, shops: onto.shops };
  for (const store of new Set([...from.shops.keys(), ...to.shops.keys()])) {
    const edit = deltaBetween(catalogueOf(from, store), catalogueOf(edited, store));
    if (!isEmpty(edit)) menu = withEdit(menu, store, edit);
  }
  return menu;
}

/** A fault of a menu and whose catalogue has it. */
export type MenuFault = CatalogueFault & { readonly target: MenuTarget };

/** Everything wrong with the base and with what each of `stores` would sell; a shop's repeats of the base's are left out. */
export function menuFaults(menu: Menu, stores: Iterable<StoreCode>): readonly MenuFault[] {
  const ofBase = validateCatalogue(menu.base);
  const known = new Set(ofBase.map(faultKey));
  const ofShops = [...new Set([...menu.shops.keys(), ...stores])].toSorted().flatMap((store) =>
    menu.shops.has(store)
      ? validateCatalogue(catalogueOf(menu, store))
          .filter((fault) => !known.has(faultKey(fault)))
          .map((fault) => ({ ...fault, target: store }))
      : [],
  );
  return [...ofBase.map((fault) => ({ ...fault, target: 'base' as const })), ...ofShops];
}

const faultKey = ({ path, rule, value }: CatalogueFault): string => `${path} ${rule} ${value}`;
