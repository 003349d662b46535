import { dirname, join } from 'node:path';
import { type TrustedKey, trustedKeyFromPem } from '@tillwire/contract';
import {
  type DayRules,
  isStoreCode,
  isTimeZone,
  parseRollover,
  type StoreCode,
} from '@tillwire/domain';
import {
  backupKeyOf,
  backupKeyVariables,
  type BrokerAddress,
  brokerFault,
  brokerOf,
  brokerVariables,
  fileText,
  type LogLevel,
  parseConfig,
  type SealKey,
} from '@tillwire/runtime';
import { z } from 'zod';
import { openCredentialFolder } from './joining/credential-folder.ts';
import { type Printer, printersVariable } from './printing/printers.ts';
import type { DatabaseAddress } from './store/database.ts';

/** Everything a kiosk's processes are told from outside. */
export interface KioskConfig {
  readonly store: StoreCode;
  readonly database: DatabaseAddress;
  /** Null: this process talks to no broker. */
  readonly broker: BrokerAddress | null;
  /** Head Office's public keys, pinned when the store was provisioned. */
  readonly trustAnchors: readonly TrustedKey[];
  /** The file they are pinned in; null: there is none. */
  readonly trustAnchorsFile: string | null;
  /** Where `kiosk join` put the credential, which is rotated there; null: it is configured by hand. */
  readonly credentialDir: string | null;
  readonly http: { readonly host: string; readonly port: number };
  /** Where a process without the screens shows its figures; null: nowhere. */
  readonly metrics: { readonly host: string; readonly port: number } | null;
  /** Acts as a manager; null: there is none. */
  readonly apiToken: string | null;
  /** Makes the first manager; null: only the token can. */
  readonly setUpPin: string | null;
  readonly printers: readonly Printer[];
  /** A till nobody touches for this long is locked. */
  readonly lockAfterMs: number;
  readonly day: DayRules;
  /** A set of legacy tables to sell from while Head Office has sent nothing. */
  readonly catalogueFile: { readonly path: string; readonly shop: number } | null;
  readonly exportDir: string;
  readonly backupDir: string;
  /** What backups are sealed by; null: they are not. */
  readonly backupKey: SealKey | null;
  readonly logLevel: LogLevel;
}

const port = (least: number) => z.coerce.number().int().min(least).max(65_535);

const PEM_BLOCK = /-----BEGIN [A-Z ]+-----[^-]+-----END [A-Z ]+-----/g;

const publicKeys = fileText.transform((text, context): readonly TrustedKey[] => {
  try {
    const keys = (text.match(PEM_BLOCK) ?? []).map(trustedKeyFromPem);
    if (keys.length > 0) return keys;
    context.addIssue({ code: 'custom', message: 'holds no public key in PEM form' });
  } catch (error) {
    context.addIssue({
      code: 'custom',
      message: `holds something else than public keys: ${error instanceof Error ? error.message : String(error)}`,
    });
  }
  return z.NEVER;
});

function holdsLogin(folder: string): boolean {
  try {
    const credentials = openCredentialFolder(folder);
    return credentials.login().user !== '' && credentials.storeKey().length > 0;
  } catch {
    return false;
  }
}

const schema = z
  .object({
    STORE_CODE: z
      .string({ error: 'is needed' })
      .refine(isStoreCode, 'is a store code, S01 to S9999'),
    DB_PATH: z.string().optional(),
    DATABASE_URL: z
      .url({ protocol: /^postgres(ql)?$/, error: 'is a postgres:// address' })
      .optional(),
    ...brokerVariables,
    TRUST_ANCHORS: publicKeys.optional(),
    CREDENTIAL_DIR: z
      .string()
      .refine(holdsLogin, 'is the folder of credentials that `tillwire kiosk join` wrote')
      .optional(),
    HTTP_HOST: z.string().default('127.0.0.1'),
    HTTP_PORT: port(0).default(8080),
    METRICS_PORT: port(1).optional(),
    API_TOKEN: z.string().min(16, 'has at least 16 characters').optional(),
    SETUP_PIN: z
      .string()
      .regex(/^\d{8}$/, 'has 8 digits')
      .optional(),
    PRINTERS: printersVariable.default([]),
    LOCK_AFTER_S: z.coerce.number().int().min(15).max(43_200).default(300),
    TZ_STORE: z
      .string()
      .default('Europe/London')
      .refine(isTimeZone, 'is a time zone such as Europe/London'),
    DAY_ROLLOVER: z
      .string()
      .default('04:00')
      .refine((text) => parseRollover(text) !== null, 'is a time of day, 00:00 to 23:59'),
    CATALOGUE_PATH: z.string().optional(),
    CATALOGUE_SHOP: z.coerce.number().int().min(1).max(9999).optional(),
    EXPORT_DIR: z.string().optional(),
    BACKUP_DIR: z.string().optional(),
    ...backupKeyVariables,
    LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  })
  .refine(({ DB_PATH, DATABASE_URL }) => (DB_PATH === undefined) !== (DATABASE_URL === undefined), {
    path: ['DB_PATH'],
    error: 'either this is set (SQLite) or DATABASE_URL (PostgreSQL)',
    when: () => true,
  })
  .refine(({ CATALOGUE_PATH, CATALOGUE_SHOP }) => !CATALOGUE_PATH === !CATALOGUE_SHOP, {
    path: ['CATALOGUE_SHOP'],
    error: 'is set where CATALOGUE_PATH is, and only there',
    when: () => true,
  })
  .check(({ value, issues }) => {
    const fault = brokerFault(value);
    if (fault === null) return;
    const { variable, rule } = fault;
    issues.push({ code: 'custom', path: [variable], message: rule, input: value });
  });

/** Every variable by its name, for the documentation. */
export const kioskVariables = schema.shape;

/** @throws {ConfigError} naming every variable that is wrong. */
export function parseKioskConfig(env: Readonly<Record<string, string | undefined>>): KioskConfig {
  const found = parseConfig(schema, env);
  // Nothing is written where the process happens to be started.
  const beside = found.DB_PATH === undefined ? '.' : dirname(found.DB_PATH);
  return {
    store: found.STORE_CODE,
    database:
      found.DATABASE_URL === undefined
        ? { path: found.DB_PATH ?? '' }
        : { url: found.DATABASE_URL },
    broker: brokerOf(found),
    trustAnchors: found.TRUST_ANCHORS ?? [],
    trustAnchorsFile: env['TRUST_ANCHORS']?.trim() ?? null,
    credentialDir: found.CREDENTIAL_DIR ?? null,
    http: { host: found.HTTP_HOST, port: found.HTTP_PORT },
    metrics:
      found.METRICS_PORT === undefined ? null : { host: found.HTTP_HOST, port: found.METRICS_PORT },
    apiToken: found.API_TOKEN ?? null,
    setUpPin: found.SETUP_PIN ?? null,
    printers: found.PRINTERS,
    lockAfterMs: found.LOCK_AFTER_S * 1000,
    day: { timeZone: found.TZ_STORE, rolloverMinutes: parseRollover(found.DAY_ROLLOVER) ?? 0 },
    catalogueFile:
      found.CATALOGUE_PATH === undefined || found.CATALOGUE_SHOP === undefined
        ? null
        : { path: found.CATALOGUE_PATH, shop: found.CATALOGUE_SHOP },
    exportDir: found.EXPORT_DIR ?? join(beside, 'exports'),
    backupDir: found.BACKUP_DIR ?? join(beside, 'backups'),
    backupKey: backupKeyOf(found),
    logLevel: found.LOG_LEVEL,
  };
}
