-- Where a store is known by a certificate: until when it holds. Null: by a password, or none was issued yet.
ALTER TABLE store_credentials ADD COLUMN certificate_until timestamptz;
