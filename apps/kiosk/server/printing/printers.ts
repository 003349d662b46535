import { COOK_ZONES, type Zone } from '@tillwire/domain';
import { z } from 'zod';

/** A printer of the shop, reached over its network (ESC/POS on TCP, as printers offer it on port 9100). */
export interface Printer {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly kind: 'receipt' | 'kitchen';
  /** Of a kitchen printer: what it prints of an order. */
  readonly zones: readonly Zone[];
  /** Characters a line. */
  readonly columns: number;
  /** Of a receipt printer: whether the drawer hangs on it. */
  readonly drawer: boolean;
  /** Whether it answers when asked how it is (GS r); it is then asked after each job. */
  readonly answers: boolean;
}

const MAX_PRINTERS = 20;

const printerSchema = z.strictObject({
  name: z.string().regex(/^[\w-]{1,32}$/, 'is letters, digits, dash and underscore, 32 at most'),
  host: z.string().min(1).max(253),
  port: z.int().min(1).max(65_535).default(9100),
  kind: z.enum(['receipt', 'kitchen']),
  zones: z
    .array(z.enum(COOK_ZONES))
    .min(1)
    .default([...COOK_ZONES]),
  columns: z.int().min(24).max(96).default(42),
  drawer: z.boolean().default(true),
  answers: z.boolean().default(false),
});

/** `PRINTERS`: `[{"name":"till","host":"10.0.0.20","kind":"receipt"}]`. */
export const printersVariable = z.string().transform((text, context): readonly Printer[] => {
  const refuse = (message: string): never => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return refuse('is not JSON');
  }
  const parsed = z.array(printerSchema).max(MAX_PRINTERS).safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refuse(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
  }
  const names = parsed.data.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  return twice === undefined ? parsed.data : refuse(`has two printers named ${twice}`);
});
