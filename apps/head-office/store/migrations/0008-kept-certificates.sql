-- Certificates of completeness as they were issued: what Head Office signed once, it can show again.

CREATE TABLE kept_certificates (
  certificate_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  store text NOT NULL,
  issued_at timestamptz NOT NULL,
  issued_by text NOT NULL,
  -- The signed text, byte for byte.
  certificate text NOT NULL,
  UNIQUE (store, certificate)
);
