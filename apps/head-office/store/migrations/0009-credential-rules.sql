-- It tells of the stores' certificates too.
UPDATE alert_rules SET title = 'A certificate runs out'
WHERE rule_id = 'certificate-expiry' AND title = 'A certificate of the broker runs out';

INSERT INTO alert_rules (rule_id, title, signal, threshold, for_s, severity, codes, window_s) VALUES
  ('revoked', 'A shop was revoked', 'error-events', 0, 0, 'warning', '{store-revoked}', 86400),
  ('rotation-failed', 'A shop did not take its new credential', 'error-events', 0, 0, 'warning',
    '{rotation-failed}', 21600);
