import type { z } from 'zod';

/** Exit code of a process that was configured wrongly (EX_CONFIG). */
export const CONFIG_EXIT_CODE = 78;

/** Everything wrong with a configuration at once; values of secrets are not shown. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const SECRET = /PASS|SECRET|TOKEN|_PIN$|KEY$|DATABASE_URL/;

/**
 * A configuration out of environment variables, each named as its schema's key; empty ones count as missing.
 * @throws {ConfigError} naming every variable that is wrong, its rule, and what was given.
 */
export function parseConfig<Shape extends z.ZodObject>(
  schema: Shape,
  env: Readonly<Record<string, string | undefined>>,
): z.infer<Shape> {
  const given = Object.fromEntries(
    Object.keys(schema.shape).flatMap((name) => {
      const text = env[name]?.trim();
      return text === undefined || text === '' ? [] : [[name, text] as const];
    }),
  );
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(({ path, message }) => {
    const name = String(path[0] ?? '');
    const value = given[name];
    const shown =
      value === undefined
        ? 'not set'
        : SECRET.test(name)
          ? 'set, not shown'
          : JSON.stringify(value);
    return `${name}: ${message} (${shown})`;
  });
  throw new ConfigError(`wrong configuration\n${lines.map((line) => `  ${line}`).join('\n')}`);
}
