import fc from 'fast-check';

/** As much of JSON Schema as our own descriptions use. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
}

/** What breaks things: numbers at the edges, text nobody types, shapes nobody means. */
export const NASTY: readonly unknown[] = [
  null,
  true,
  -1,
  -0,
  0.5,
  2 ** 31,
  2 ** 53,
  -(2 ** 53),
  1e300,
  'NaN',
  '',
  ' ',
  'a\0b',
  '\ud800',
  '\udc00x',
  '<img src=x onerror=alert(1)>',
  "'; DROP TABLE orders; --",
  '=HYPERLINK("http://evil")',
  '../../etc/passwd',
  '%00',
  '\u202e\u200b',
  'x'.repeat(70_000),
  [],
  {},
  [[[[[[[[[[]]]]]]]]]],
  { toString: 1, valueOf: 2 },
  JSON.parse('{"__proto__":{"admin":true},"constructor":{"prototype":1}}'),
  Array.from({ length: 300 }, () => ({})),
];

const nasty = fc.constantFrom(...NASTY);

/**
 * Values near what `schema` describes: most parts as it says, some replaced by what it does not. `known` gives the
 * values of fields that only a running system can name, by field name.
 */
export function nearValid(
  schema: JsonSchema,
  known: Readonly<Record<string, readonly unknown[]>> = {},
  field = '',
): fc.Arbitrary<unknown> {
  const given = known[field];
  const fitting = fc.oneof(
    ...(given === undefined ? [] : [{ arbitrary: fc.constantFrom(...given), weight: 6 }]),
    { arbitrary: valid(schema, known), weight: given === undefined ? 1 : 2 },
  );
  return fc.oneof({ arbitrary: fitting, weight: 24 }, { arbitrary: nasty, weight: 1 });
}

function valid(
  schema: JsonSchema,
  known: Readonly<Record<string, readonly unknown[]>>,
): fc.Arbitrary<unknown> {
  const several = schema.anyOf ?? schema.oneOf;
  if (several !== undefined) return fc.oneof(...several.map((one) => valid(one, known)));
  if (schema.allOf !== undefined) return valid(schema.allOf[0] ?? {}, known);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const type = typeof schema.type === 'string' ? schema.type : schema.type?.[0];
  switch (type) {
    case 'object':
      return validObject(schema, known);
    case 'array':
      return fc.array(nearValid(schema.items ?? {}, known), {
        maxLength: Math.min(4, schema.maxItems ?? 4),
      });
    case 'integer':
    case 'number':
      return fc.integer({
        min: Math.max(schema.minimum ?? 0, -(2 ** 31)),
        max: Math.min(schema.maximum ?? 5000, 2 ** 31 - 1),
      });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'string':
      return validText(schema);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

const validText = ({
  pattern,
  minLength = 0,
  maxLength = 40,
}: JsonSchema): fc.Arbitrary<unknown> =>
  pattern === undefined
    ? fc.string({
        unit: 'binary',
        minLength,
        maxLength: Math.max(minLength, Math.min(maxLength, 40)),
      })
    : fc.stringMatching(new RegExp(pattern));

function validObject(
  { properties = {}, required = [], additionalProperties }: JsonSchema,
  known: Readonly<Record<string, readonly unknown[]>>,
): fc.Arbitrary<unknown> {
  const fields = Object.entries(properties);
  if (fields.length === 0 && typeof additionalProperties === 'object') {
    return fc.dictionary(fc.string({ maxLength: 12 }), nearValid(additionalProperties, known), {
      maxKeys: 3,
    });
  }
  const model = Object.fromEntries(
    fields.map(([name, schema]) => [name, nearValid(schema, known, name)]),
  );
  // Now and then a required field is missing too.
  return fc.oneof(
    { arbitrary: fc.record(model, { requiredKeys: [...required] }), weight: 15 },
    { arbitrary: fc.record(model, { requiredKeys: [] }), weight: 1 },
  );
}
