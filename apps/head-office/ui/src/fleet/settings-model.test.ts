import { DEFAULT_STORE_CONFIG, storeConfigSchema } from '@tillwire/contract';
import { expect, it } from 'vitest';
import { fieldTitle, NO_CHANGES, patchOf, SWITCHES, valueText } from './settings-model.ts';

it('What is left as it is, is not in the patch', () => {
  expect(patchOf(NO_CHANGES)).toEqual({});
  expect(
    patchOf({
      ...NO_CHANGES,
      switches: { 'flags.kcal': false, 'day.auto_close': true },
      rate: 'none',
      kitchen: { prep: '12', drinks: '', fryer: 'x' },
      channelsOff: [],
    }),
  ).toEqual({
    flags: { kcal: false },
    day: { auto_close: true },
    limits: { outbox_rate_per_s: null, kitchen_load: { prep: 12, drinks: null, fryer: 'x' } },
    pricing: { channels_off: [] },
  });
});

it('Every setting there is has a name for people, and every switch is one', () => {
  const paths = Object.entries(DEFAULT_STORE_CONFIG).flatMap(([section, fields]) =>
    Object.entries(fields).map(([field, value]) => [`${section}.${field}`, value] as const),
  );
  expect(paths.filter(([path]) => fieldTitle(path) === path)).toEqual([]);
  const switches = paths.filter(([, value]) => typeof value === 'boolean').map(([path]) => path);
  expect(switches.toSorted()).toEqual(Object.keys(SWITCHES).toSorted());
  expect(storeConfigSchema.safeParse(DEFAULT_STORE_CONFIG).success).toBe(true);
});

it.each([
  ['flags.kcal', true, 'on'],
  ['limits.outbox_rate_per_s', null, 'no limit'],
  ['pricing.channels_off', ['OT-C', 'JE-D'], 'OT-C, JE-D'],
  ['pricing.band_by_channel', {}, "the channel's own"],
  ['pricing.band_by_channel', { 'JE-D': 4 }, 'JE-D band 4'],
  ['limits.kitchen_load', { prep: 12, drinks: null }, 'prep 12, drinks no limit'],
])('%s as %j is %s', (field, value, text) => {
  expect(valueText(field, value)).toBe(text);
});
