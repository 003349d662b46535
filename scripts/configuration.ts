import type { z } from 'zod';
import { headOfficeVariables } from '../apps/head-office/config.ts';
import { kioskVariables } from '../apps/kiosk/server/config.ts';

/** What each environment variable is for; what it may hold is its schema's business. */
const WORDS: Readonly<Record<string, string>> = {
  STORE_CODE: 'the store, `S01` to `S9999`',
  DB_PATH: 'the SQLite database of a kiosk; this or `DATABASE_URL`',
  DATABASE_URL: 'a PostgreSQL database, `postgres://…`',
  MQTT_URL: 'the broker, `mqtts://host:8883`; this or `MQTT_HOST`',
  MQTT_HOST: 'the broker’s host',
  MQTT_PORT: 'the broker’s port; 8883 unless set, without TLS on 1883',
  MQTT_USER: 'the account at the broker',
  MQTT_PASS: 'its password',
  MQTT_CA: 'path of the authority’s certificates the broker is known by; the system’s unless set',
  MQTT_CERT: 'path of a client certificate',
  MQTT_KEY: 'path of its key',
  MQTT_VERSION: 'MQTT 5, or 4 for 3.1.1',
  MQTT_INSECURE: '`yes` allows plain MQTT to another machine',
  MQTT_ADMIN:
    'path of the `admin.env` that `broker init` wrote: provisioning changes accounts with it',
  TRUST_ANCHORS: 'path of Head Office’s public signing keys',
  CREDENTIAL_DIR: 'folder of the credential that `kiosk join` wrote and rotation renews',
  HTTP_HOST: 'the address to listen at',
  HTTP_PORT: 'the port to listen at; 0 picks a free one',
  METRICS_PORT: 'where a process without pages shows its figures to Prometheus',
  API_TOKEN: 'whoever shows it acts as a manager; unset there is none',
  SETUP_PIN: 'makes the first manager of a kiosk that has no crew',
  PRINTERS: 'the shop’s printers, a JSON list',
  LOCK_AFTER_S: 'seconds after which a till left alone locks itself',
  TZ_STORE: 'the shop’s time zone, until Head Office’s config says otherwise',
  DAY_ROLLOVER: 'the hour the trading day begins, likewise',
  CATALOGUE_PATH: 'legacy tables to sell from while Head Office has sent nothing',
  CATALOGUE_SHOP: 'the shop whose tables of those',
  EXPORT_DIR: 'where the daily files go; `exports` beside the database unless set',
  BACKUP_DIR: 'where backups go; `backups` beside the database unless set',
  BACKUP_KEY: 'a passphrase: backups are sealed by it (AES-256-GCM)',
  BACKUP_KEY_FILE:
    'path of a key of 32 bytes as base64 (`openssl rand -base64 32`), in place of the passphrase',
  LOG_LEVEL: 'how much is logged',
  HO_STATE_DIR:
    'signing keys, incarnation, versions and revocations, outside the database and its backups',
  PUBLIC_URL: 'where browsers reach Head Office, when not at this server itself',
  ADMIN_TOKEN: 'whoever shows it acts as an admin; unset there is none',
  INGEST_SHARD: 'the part of the stores that is this worker’s on MQTT 3.1.1, `1/2`',
  ROTATE_AFTER_DAYS: 'credentials of stores are renewed once they are this old',
};

type Variables = Readonly<Record<string, z.ZodType>>;

/** What a variable is when it is not set. */
function unset(schema: z.ZodType): string {
  const parsed = schema.safeParse(undefined);
  if (!parsed.success) return '**needed**';
  const value: unknown = parsed.data;
  if (value === undefined) return '';
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

function tableOf(variables: Variables): readonly string[] {
  const rows = Object.entries(variables).map(([name, schema]) => {
    const words = WORDS[name];
    if (words === undefined)
      throw new Error(`nothing is said of ${name} in scripts/configuration.ts`);
    return `| \`${name}\` | ${words} | ${unset(schema)} |`;
  });
  return ['| variable | what | unless set |', '| --- | --- | --- |', ...rows];
}

/** docs/configuration.md, made from the schemas that read the environment. */
export const configurationPage = (): string =>
  [
    '# Configuration',
    '',
    'Every process is configured by environment variables alone, read once at its start; everything wrong is told at',
    'once, with exit code 78 and no secret shown. `--env FILE` takes them from a file, such as `kiosk join` writes; what',
    'the environment itself says wins. Made by `npm run configuration`.',
    '',
    '## Kiosk',
    '',
    ...tableOf(kioskVariables),
    '',
    '## Head Office',
    '',
    ...tableOf(headOfficeVariables),
    '',
  ].join('\n');
