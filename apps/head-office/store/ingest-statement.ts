/**
 * The hot path of ingest, one statement for a whole batch: the orders nobody has yet, their journal rows with
 * the raw bytes, their lines and the rollups. An order that is already there is left alone with everything of
 * it and not returned; the caller takes it through `./late-events.ts`. A journal place that is already taken
 * by another order raises unique_violation and undoes the whole batch.
 *
 * $1 events, $2 lines, $3 VAT rows, each a JSON array as `rowsOf` makes them.
 */
export const INSERT_NEW_ORDERS = `
WITH event AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset($1::jsonb) AS e (
    order_key bigint, latest boolean, counts boolean, global_order_id text, store text, business_date date,
    journal_epoch bigint, journal_seq bigint, revision integer, hash text, prev_hash text, payload text,
    status text, kind text, channel text, price_band smallint, vat_basis text, payment_method text,
    crew_id text, gross integer, net integer, vat integer, vat_classes integer[],
    meal_discount integer, combo_discount integer, catalog_version bigint, created_at timestamptz,
    utc_hour integer
  )
), line AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset($2::jsonb) AS l (
    order_key bigint, line_no smallint, item_type text, item_code integer, name text, qty integer,
    is_meal boolean, unit_price_gross integer, line_total_gross integer
  )
), placed AS (
  INSERT INTO orders (
    order_key, global_order_id, store, business_date, journal_epoch, journal_seq, revision, hash, status, kind,
    channel, price_band, vat_basis, payment_method, crew_id, gross, net, vat, vat_classes, meal_discount,
    combo_discount, catalog_version, created_at, received_at
  )
  SELECT order_key, global_order_id, store, business_date, journal_epoch, journal_seq, revision,
    decode(hash, 'hex'), status, kind, channel, price_band, vat_basis, payment_method, crew_id, gross, net, vat,
    vat_classes, meal_discount, combo_discount, catalog_version, created_at, $4::timestamptz
  FROM event WHERE latest ORDER BY order_key
  ON CONFLICT (order_key) DO NOTHING
  RETURNING order_key
), journaled AS (
  INSERT INTO journal (
    store, journal_epoch, journal_seq, kind, subject, revision, business_date, hash, prev_hash, payload,
    received_at
  )
  SELECT store, journal_epoch, journal_seq, 'order', global_order_id, revision, business_date,
    decode(hash, 'hex'), decode(prev_hash, 'hex'), payload, $4::timestamptz
  FROM event JOIN placed USING (order_key)
), lined AS (
  INSERT INTO order_lines
  SELECT line.* FROM line JOIN placed USING (order_key)
), counted AS MATERIALIZED (
  SELECT event.* FROM event JOIN placed USING (order_key) WHERE latest AND counts
), hourly AS (
  INSERT INTO rollup_hourly AS r
  SELECT store, business_date, utc_hour, count(*), sum(gross), sum(net), sum(vat)
  FROM counted GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
  ON CONFLICT (store, business_date, utc_hour) DO UPDATE SET
    orders = r.orders + excluded.orders, gross = r.gross + excluded.gross,
    net = r.net + excluded.net, vat = r.vat + excluded.vat
), channels AS (
  INSERT INTO rollup_channel AS r
  SELECT store, business_date, channel, payment_method, count(*), sum(gross)
  FROM counted GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
  ON CONFLICT (store, business_date, channel, payment_method) DO UPDATE SET
    orders = r.orders + excluded.orders, gross = r.gross + excluded.gross
), products AS (
  INSERT INTO rollup_product AS r
  SELECT store, business_date, item_type, item_code, sum(qty), sum(line_total_gross)
  FROM line JOIN counted USING (order_key) GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
  ON CONFLICT (store, business_date, item_type, item_code) DO UPDATE SET
    qty = r.qty + excluded.qty, gross = r.gross + excluded.gross
), classes AS (
  INSERT INTO rollup_vat AS r
  SELECT store, business_date, vat_class, vat_rate, sum(v.net), sum(v.vat)
  FROM jsonb_to_recordset($3::jsonb) AS v (
    order_key bigint, vat_class smallint, vat_rate integer, net integer, vat integer
  ) JOIN counted USING (order_key) GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
  ON CONFLICT (store, business_date, vat_class, vat_rate) DO UPDATE SET
    net = r.net + excluded.net, vat = r.vat + excluded.vat
)
SELECT order_key::text FROM placed`;
