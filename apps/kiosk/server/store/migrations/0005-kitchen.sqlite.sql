-- What a cooking zone has done of an order; a recall takes it out again.
CREATE TABLE kitchen_bumps (
  order_id TEXT NOT NULL REFERENCES orders (order_id) ON DELETE CASCADE,
  zone TEXT NOT NULL CHECK (zone IN ('prep', 'fryer', 'drinks')),
  bumped_at_ms INTEGER NOT NULL,
  PRIMARY KEY (order_id, zone)
) STRICT;
