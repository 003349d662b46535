import { z } from 'zod';
import { TOPICS, type TopicName } from './topics.ts';

const names = Object.keys(TOPICS) as readonly TopicName[];

/** The JSON Schema of each message by its name, as a reader or writer outside this repository needs it. */
const messageSchemas = (): ReadonlyMap<string, object> =>
  new Map(
    names.map((name) => [
      TOPICS[name].message,
      // What may be sent, not what we keep: unknown fields are allowed on the wire.
      z.toJSONSchema(TOPICS[name].schema, { io: 'input', target: 'draft-2020-12' }),
    ]),
  );

/** The AsyncAPI 3 document of the wire, made from the topic table. */
function asyncApiDocument(): object {
  const channels = Object.fromEntries(
    names.map((name) => {
      const { address, message } = TOPICS[name];
      return [
        name,
        {
          address,
          parameters: address.includes('{store}')
            ? { store: { description: 'a store code, S01 to S9999' } }
            : { version: { description: 'the catalog_version of the catalogue' } },
          messages: { [message]: { $ref: `#/components/messages/${message}` } },
        },
      ];
    }),
  );
  const operations = Object.fromEntries(
    names.map((name) => {
      const { direction, retain, summary } = TOPICS[name];
      return [
        name,
        {
          // Seen from Head Office.
          action: direction === 'up' ? 'receive' : 'send',
          channel: { $ref: `#/channels/${name}` },
          summary,
          bindings: { mqtt: { qos: 1, retain, bindingVersion: '0.2.0' } },
        },
      ];
    }),
  );
  const messages = Object.fromEntries(
    names.map((name) => {
      const { message, summary } = TOPICS[name];
      return [
        message,
        {
          name: message,
          summary,
          contentType: 'application/json',
          payload: { $ref: `./${message}.json` },
        },
      ];
    }),
  );
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Tillwire',
      version: '1',
      description:
        'Shops and Head Office over MQTT 5 or 3.1.1. JSON, UTF-8, snake_case, amounts in pence.',
    },
    defaultContentType: 'application/json',
    channels,
    operations,
    components: { messages },
  };
}

/** The generated files of the contract by name: a JSON Schema a message, and `asyncapi.yaml`. */
export const contractFiles = (): ReadonlyMap<string, string> =>
  new Map([
    ...[...messageSchemas()].map(
      ([name, schema]) => [`${name}.json`, `${JSON.stringify(schema, null, 2)}\n`] as const,
    ),
    ['asyncapi.yaml', `${yamlLines(asyncApiDocument()).join('\n')}\n`],
  ]);

/** Block YAML of objects of scalars, arrays excluded: all that the document above needs. */
const yamlLines = (value: object): readonly string[] =>
  Object.entries(value as Readonly<Record<string, unknown>>).flatMap(([key, entry]) => {
    const name = /^[\w-]+$/.test(key) ? key : JSON.stringify(key);
    return typeof entry === 'object' && entry !== null
      ? [`${name}:`, ...yamlLines(entry).map((line) => `  ${line}`)]
      : [`${name}: ${JSON.stringify(entry)}`];
  });
