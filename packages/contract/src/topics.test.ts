import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isStoreCode, storeCode } from '@tillwire/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contractFiles } from './asyncapi.ts';
import { storeCodeText } from './primitives.ts';
import { fullCatalogueTopic, versionOfFullTopic } from './catalogue-full.ts';
import {
  filterOf,
  parseTopic,
  type StoreTopicName,
  type TopicName,
  topicOf,
  TOPICS,
} from './topics.ts';

const names = Object.keys(TOPICS) as TopicName[];
const storeNames = names.filter((name): name is StoreTopicName => name !== 'fullCatalogue');

describe('The topic table', () => {
  it.each(storeNames)('finds %s back from the topic it makes', (name) => {
    expect(parseTopic(topicOf(name, storeCode('S15')))).toEqual({ name, store: 'S15' });
    expect(filterOf(name)).toContain('+');
  });

  it('finds the version of a full catalogue back from its topic', () => {
    expect(TOPICS.fullCatalogue.address.replace('{version}', '7')).toBe(fullCatalogueTopic(7));
    expect(versionOfFullTopic(fullCatalogueTopic(1_733_018_400))).toBe(1_733_018_400);
    for (const wrong of ['ho/catalog/full/v0', 'ho/catalog/full/7', 'ho/catalog/full/v9e9', '']) {
      expect(versionOfFullTopic(wrong)).toBeNull();
    }
  });

  it.each(['stores/S03', 'stores/S3/orders', 'stores/S03/orders/x', 'ho/ack/', '', 'ho/ack/S00'])(
    'knows nothing of %s',
    (topic) => expect(parseTopic(topic)).toBeNull(),
  );

  it('means by a store code what the domain does', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.stringMatching(/^S\d{1,5}$/), fc.string({ maxLength: 6 })),
        (text) => {
          expect(storeCodeText.safeParse(text).success).toBe(isStoreCode(text));
        },
      ),
    );
  });
});

describe('The published contract', () => {
  const folder = join(import.meta.dirname, '..', 'schema');

  it('is what the schemas generate: `npm run contract` was run', () => {
    expect(readdirSync(folder).sort()).toEqual([...contractFiles().keys()].sort());
    for (const [name, text] of contractFiles()) {
      expect(readFileSync(join(folder, name), 'utf8')).toBe(text);
    }
  });

  it('refuses no unknown field', () => {
    const schemas = [...contractFiles()].filter(([name]) => name.endsWith('.json'));
    expect(schemas).toHaveLength(names.length);
    for (const [, text] of schemas) expect(text).not.toContain('additionalProperties": false');
  });
});
