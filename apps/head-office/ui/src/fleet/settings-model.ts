import type { StoreConfig } from '@tillwire/contract';

/** The settings that are on or off. */
export const SWITCHES = {
  'flags.cheques': 'Cheques are taken',
  'flags.vouchers': 'Vouchers are taken',
  'flags.on_account': 'Orders on account',
  'flags.kitchen': 'Kitchen screens',
  'flags.customer_display': 'Customer display',
  'flags.kcal': 'Calories are shown',
  'flags.training': 'Practice mode',
  'day.auto_close': 'A forgotten day closes itself',
} as const;
export type SwitchName = keyof typeof SWITCHES;

/** The same at the head of a narrow column. */
export const SHORT_TITLES: Readonly<Record<SwitchName, string>> = {
  'flags.cheques': 'Cheques',
  'flags.vouchers': 'Vouchers',
  'flags.on_account': 'Account',
  'flags.kitchen': 'Kitchen',
  'flags.customer_display': 'Display',
  'flags.kcal': 'kcal',
  'flags.training': 'Practice',
  'day.auto_close': 'Auto close',
};

const OTHER_FIELDS: Readonly<Record<string, string>> = {
  'pricing.channels_off': 'Channels switched off',
  'pricing.band_by_channel': 'Price band by channel',
  'limits.outbox_rate_per_s': 'Catch-up, events a second',
  'limits.kitchen_load': 'Kitchen load that warns',
  'day.time_zone': 'Time zone',
  'day.rollover': 'The day begins at',
};

/** `flags.cheques` in words. */
export const fieldTitle = (field: string): string =>
  SWITCHES[field as SwitchName] ?? OTHER_FIELDS[field] ?? field;

/** A setting's value as people say it. */
export function valueText(field: string, value: unknown): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (value === null) return 'no limit';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ');
  if (typeof value === 'object') {
    const isLoad = field === 'limits.kitchen_load';
    const parts = Object.entries(value ?? {}).map(([name, each]) =>
      isLoad ? `${name} ${valueText(field, each)}` : `${name} band ${String(each)}`,
    );
    return parts.length === 0 ? "the channel's own" : parts.join(', ');
  }
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

export type KitchenLoad = StoreConfig['limits']['kitchen_load'];

/** What is to be changed; what is left as it is, is null or ''. */
export interface SettingChanges {
  readonly switches: Readonly<Partial<Record<SwitchName, boolean>>>;
  readonly timeZone: string;
  readonly rollover: string;
  /** A number, or `none`. */
  readonly rate: string;
  /** By zone a number, or '' for no limit. */
  readonly kitchen: Readonly<Record<keyof KitchenLoad, string>> | null;
  readonly channelsOff: readonly string[] | null;
  readonly bands: Readonly<Record<string, number>> | null;
}

export const NO_CHANGES: SettingChanges = {
  switches: {},
  timeZone: '',
  rollover: '',
  rate: '',
  kitchen: null,
  channelsOff: null,
  bands: null,
};

/** Sections of a config, each with the fields to change. */
export type Patch = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A limit as typed: Head Office names what is wrong with a text it cannot be. */
const limitOf = (text: string, none: string): number | string | null => {
  const typed = text.trim();
  if (typed === none) return null;
  return /^\d{1,9}$/.test(typed) ? Number(typed) : typed;
};

/** The patch that does the changes; empty where nothing is to be changed. */
export function patchOf(changes: SettingChanges): Patch {
  const { switches, timeZone, rollover, rate, kitchen, channelsOff, bands } = changes;
  const fields: readonly (readonly [string, unknown])[] = [
    ...Object.entries(switches),
    ...(timeZone === '' ? [] : [['day.time_zone', timeZone] as const]),
    ...(rollover === '' ? [] : [['day.rollover', rollover] as const]),
    ...(rate === '' ? [] : [['limits.outbox_rate_per_s', limitOf(rate, 'none')] as const]),
    ...(kitchen === null
      ? []
      : [
          [
            'limits.kitchen_load',
            Object.fromEntries(
              Object.entries(kitchen).map(([zone, text]) => [zone, limitOf(text, '')]),
            ),
          ] as const,
        ]),
    ...(channelsOff === null ? [] : [['pricing.channels_off', channelsOff] as const]),
    ...(bands === null ? [] : [['pricing.band_by_channel', bands] as const]),
  ];
  const patch: Record<string, Record<string, unknown>> = {};
  for (const [path, value] of fields) {
    const [section = '', field = ''] = path.split('.');
    patch[section] = { ...patch[section], [field]: value };
  }
  return patch;
}
