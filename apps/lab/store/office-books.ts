import pg from 'pg';

/** Head Office's database as the lab looks into it: by SQL of its own, sharing nothing with the product. */
export interface OfficeBooks {
  readonly makeStore: (store: string) => Promise<void>;
  readonly query: <T extends object>(
    sql: string,
    values?: readonly unknown[],
  ) => Promise<readonly T[]>;
  readonly end: () => Promise<void>;
}

// Sums and bigints as numbers: the lab's are far below 2^53.
const numbers = new pg.TypeOverrides();
numbers.setTypeParser(pg.types.builtins.INT8, Number);
numbers.setTypeParser(pg.types.builtins.NUMERIC, Number);
numbers.setTypeParser(pg.types.builtins.DATE, String);

export function openBooks(url: string): OfficeBooks {
  const pool = new pg.Pool({ connectionString: url, max: 3, types: numbers });
  // The server is stopped under it on purpose; what it is asked for then fails by itself.
  pool.on('error', () => undefined);
  const query: OfficeBooks['query'] = async <T extends object>(
    sql: string,
    values: readonly unknown[] = [],
  ) => (await pool.query<T>(sql, [...values])).rows;
  return {
    query,
    makeStore: async (store) => {
      await query(
        `INSERT INTO stores (store, name, first_seen_at, provisioned_at)
         VALUES ($1, $2, now(), now()) ON CONFLICT DO NOTHING`,
        [store, `Shop ${store}`],
      );
    },
    end: () => pool.end(),
  };
}

export const createDatabase = (url: string, name: string): Promise<void> =>
  once(url, `CREATE DATABASE ${pg.escapeIdentifier(name)}`);

/** Whoever is connected is thrown out. */
export const dropDatabase = (url: string, name: string): Promise<void> =>
  once(url, `DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`);

async function once(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
