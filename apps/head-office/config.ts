import {
  backupKeyVariables,
  type BrokerAddress,
  brokerFault,
  brokerOf,
  brokerVariables,
  fileText,
  type LogLevel,
  parseConfig,
} from '@tillwire/runtime';
import { z } from 'zod';
import { type BrokerAdmin, brokerAdminOf } from './fleet/provisioning/broker-admin.ts';
import { parseShard, type Shard } from './ingest/shard.ts';

/** Everything Head Office's processes are told from outside. */
export interface HeadOfficeConfig {
  readonly databaseUrl: string;
  /** Null: this process talks to no broker. */
  readonly broker: BrokerAddress | null;
  /** Signing keys and incarnation, outside the database. */
  readonly stateDir: string;
  readonly http: { readonly host: string; readonly port: number };
  /** Where browsers reach the pages, when not here; null: here. */
  readonly publicUrl: string | null;
  /** Acts as an admin; null: there is none. */
  readonly adminToken: string | null;
  /** Where a process without a dashboard shows its figures; null: nowhere. */
  readonly metrics: { readonly host: string; readonly port: number } | null;
  readonly shard: Shard | null;
  /** The account that changes the others' at the broker; null: this process leaves them alone. */
  readonly brokerAdmin: BrokerAdmin | null;
  /** Credentials of stores are rotated once they are this old. */
  readonly rotateAfterMs: number;
  readonly logLevel: LogLevel;
}

const DAY_MS = 86_400_000;

const schema = z
  .object({
    ...brokerVariables,
    DATABASE_URL: z.url({
      protocol: /^postgres(ql)?$/,
      error: ({ input }) => (input === undefined ? 'is needed' : 'is a postgres:// address'),
    }),
    HO_STATE_DIR: z.string({ error: 'is needed: a directory outside the database' }),
    HTTP_HOST: z.string().default('127.0.0.1'),
    HTTP_PORT: z.coerce.number().int().min(0).max(65_535).default(8090),
    METRICS_PORT: z.coerce.number().int().min(1).max(65_535).optional(),
    PUBLIC_URL: z.url({ protocol: /^https?$/, error: 'is an https:// address' }).optional(),
    ADMIN_TOKEN: z.string().min(16, 'has at least 16 characters').optional(),
    INGEST_SHARD: z
      .string()
      .transform((text, context): Shard => {
        const shard = parseShard(text);
        if (shard !== null) return shard;
        context.addIssue({ code: 'custom', message: 'is this worker of all, such as 1/2' });
        return z.NEVER;
      })
      .optional(),
    MQTT_ADMIN: fileText
      .transform((text, context): BrokerAdmin => {
        const admin = brokerAdminOf(text);
        if (admin !== null) return admin;
        context.addIssue({
          code: 'custom',
          message: 'is the admin.env of `tillwire broker init`, and the files it names are there',
        });
        return z.NEVER;
      })
      .optional(),
    ...backupKeyVariables,
    ROTATE_AFTER_DAYS: z.coerce.number().int().min(1).max(3650).default(90),
    LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  })
  .superRefine((env, context) => {
    const fault = brokerFault(env);
    if (fault === null) return;
    context.addIssue({ code: 'custom', path: [fault.variable], message: fault.rule });
  });

/** Every variable by its name, for the documentation. */
export const headOfficeVariables = schema.shape;

/** @throws {ConfigError} naming every variable that is wrong. */
export function parseHeadOfficeConfig(
  env: Readonly<Record<string, string | undefined>>,
): HeadOfficeConfig {
  const found = parseConfig(schema, env);
  return {
    databaseUrl: found.DATABASE_URL,
    broker: brokerOf(found),
    stateDir: found.HO_STATE_DIR,
    http: { host: found.HTTP_HOST, port: found.HTTP_PORT },
    metrics:
      found.METRICS_PORT === undefined ? null : { host: found.HTTP_HOST, port: found.METRICS_PORT },
    publicUrl: found.PUBLIC_URL ?? null,
    adminToken: found.ADMIN_TOKEN ?? null,
    shard: found.INGEST_SHARD ?? null,
    brokerAdmin: found.MQTT_ADMIN ?? null,
    rotateAfterMs: found.ROTATE_AFTER_DAYS * DAY_MS,
    logLevel: found.LOG_LEVEL,
  };
}
