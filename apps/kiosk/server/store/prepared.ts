import type { Compilable, CompiledQuery } from 'kysely';
import type { KioskDatabase, KioskTransaction } from './database.ts';

/** Stands for a value in a statement that is written before there is one. */
interface Slot {
  readonly slot: string;
}

const isSlot = (parameter: unknown): parameter is Slot =>
  typeof parameter === 'object' && parameter !== null && 'slot' in parameter;

/**
 * A statement that Kysely writes once a database and that is only filled in after. What every sale runs is prepared:
 * writing it anew each time made two fifths of a sale's garbage, and collecting that is what the slowest sales wait
 * for. `build` sees stand-ins for the values: it may hand them to the statement and do nothing else with them.
 */
export function prepared<Values extends object, Row>(
  build: (db: KioskDatabase | KioskTransaction, values: Values) => Compilable<Row>,
): (on: KioskDatabase | KioskTransaction, values: Values) => Promise<readonly Row[]> {
  const slots = new Proxy({}, { get: (_, name): Slot => ({ slot: String(name) }) }) as Values;
  const written = new WeakMap<object, CompiledQuery<Row>>();
  return async (on, values) => {
    const database = on.getExecutor().adapter;
    const query = written.get(database) ?? build(on, slots).compile();
    written.set(database, query);
    const parameters = query.parameters.map((parameter) =>
      isSlot(parameter) ? values[parameter.slot as keyof Values] : parameter,
    );
    return (await on.executeQuery<Row>({ ...query, parameters })).rows;
  };
}
