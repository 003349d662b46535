import { DatabaseSync } from 'node:sqlite';
import { canonicalText, sha256 } from '@tillwire/contract';

/** Something wrong put into a shop's database by hand; gives back what takes it out again. */
type ShopPlant = (database: string) => () => void;

const inDatabase = <T>(path: string, work: (db: DatabaseSync) => T): T => {
  const db = new DatabaseSync(path);
  try {
    db.exec('PRAGMA busy_timeout = 5000');
    return work(db);
  } finally {
    db.close();
  }
};

/** The newest event was acknowledged, and the shop never heard it. Only while its line is down. */
export const dropAcknowledgement: ShopPlant = (database) =>
  inDatabase(database, (db) => {
    const { row, at } = db
      .prepare('SELECT row, acked_at_ms AS at FROM journal ORDER BY row DESC LIMIT 1')
      .get() as { readonly row: number; readonly at: number };
    const set = (value: number | null) => (one: DatabaseSync) =>
      one.prepare('UPDATE journal SET acked_at_ms = ? WHERE row = ?').run(value, row);
    set(null)(db);
    return () => void inDatabase(database, set(at));
  });

interface Content {
  readonly products: readonly { readonly prices: readonly (number | null)[] }[];
}

/**
 * Every other product of the menu in force has the prices of another menu, and a checksum says that this is so: without
 * one the shop would not start. Counts once it is started anew.
 */
export const halveMenu: ShopPlant = (database) =>
  inDatabase(database, (db) => {
    const { version, part, content, checksum } = db
      .prepare(
        `SELECT s.version, s.part, content, checksum
         FROM catalogue_staged s JOIN catalogue_in_force f USING (version, part)`,
      )
      .get() as {
      readonly version: number;
      readonly part: string;
      readonly content: string;
      readonly checksum: string;
    };
    const set = (text: string, sum: string) => (one: DatabaseSync) =>
      one
        .prepare(
          'UPDATE catalogue_staged SET content = ?, checksum = ? WHERE version = ? AND part = ?',
        )
        .run(text, sum, version, part);
    const whole = JSON.parse(content) as Content;
    const products = whole.products.map((product, at) =>
      at % 2 === 0
        ? product
        : {
            ...product,
            prices: product.prices.map((price) => (price === null ? null : price + 7)),
          },
    );
    const half = canonicalText({ ...whole, products });
    set(half, `sha256:${sha256(half)}`)(db);
    return () => void inDatabase(database, set(content, checksum));
  });
