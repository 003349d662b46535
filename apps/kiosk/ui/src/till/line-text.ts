import { type OrderLine, poundsAndPence } from '@tillwire/domain';

/** What the kitchen and the customer should see of a line besides its name. */
export const detailsOf = (line: OrderLine): readonly string[] => [
  ...line.components.flatMap(({ role, name, quantity, price }) =>
    role === 'item' || role === 'combo'
      ? []
      : role === 'extra'
        ? [`+ ${quantity > 1 ? `${quantity} × ` : ''}${name} ${poundsAndPence(price * quantity)}`]
        : [name],
  ),
  ...line.without.map(({ name }) => `No ${name}`),
  ...(line.note === null ? [] : [`“${line.note}”`]),
];

export const lineTitle = (line: OrderLine): string =>
  `${line.name}${line.isMeal ? ' meal' : ''}${line.goLarge ? ', large' : ''}`;
