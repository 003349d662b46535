import { useState } from 'preact/hooks';
import { post, problemText } from '../api.ts';
import { Input, Select, Told } from '../parts/parts.tsx';

interface Preview {
  readonly store: string;
  readonly changed: readonly string[];
  readonly before: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly after: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const FLAGS = [
  'cheques',
  'vouchers',
  'on_account',
  'kitchen',
  'customer_display',
  'kcal',
  'training',
] as const;
const SETTINGS = [
  ...FLAGS.map((flag) => ({ value: `flags.${flag}`, label: `Flag: ${flag.replaceAll('_', ' ')}` })),
  { value: 'day.auto_close', label: 'Day: close a forgotten one' },
  { value: 'day.rollover', label: 'Day: begins at (04:00)' },
  { value: 'day.time_zone', label: 'Day: time zone' },
  { value: 'limits.outbox_rate_per_s', label: 'Limit: events a second when catching up' },
  { value: 'pricing.channels_off', label: 'Pricing: channels switched off (OT-C, …)' },
];

const ON_OFF = (setting: string): boolean =>
  setting.startsWith('flags.') || setting === 'day.auto_close';

function valueOf(setting: string, text: string): unknown {
  if (ON_OFF(setting)) return text === 'on';
  if (setting.startsWith('limits.')) return text === '' ? null : Number(text);
  if (setting === 'pricing.channels_off') return text.split(/[\s,]+/).filter((code) => code !== '');
  return text;
}

interface Props {
  readonly stores: readonly string[];
  readonly onChanged: () => void;
}

/** One setting of the chosen shops: previewed first, then changed. */
export function ConfigForm({ stores, onChanged }: Props) {
  const [setting, setSetting] = useState('flags.cheques');
  const [text, setText] = useState('on');
  const [note, setNote] = useState('');
  const [previews, setPreviews] = useState<readonly Preview[] | null>(null);
  const [told, setTold] = useState<string | null>(null);
  const [section = '', field = ''] = setting.split('.');
  const body = { stores, patch: { [section]: { [field]: valueOf(setting, text) } } };
  /** Whether Head Office did as asked; what it refused stands below. */
  const ask = async (path: string, extra: object): Promise<boolean> => {
    const answer = await post<{ readonly stores: readonly Preview[] }>(path, { ...body, ...extra });
    setTold(answer.ok ? null : problemText(answer.problem));
    if (answer.ok) setPreviews(answer.value.stores);
    return answer.ok;
  };
  const change = async (): Promise<void> => {
    if (!(await ask('/api/configs', { note }))) return;
    setPreviews(null);
    setTold('The shops are told; each shows its new version once it has it.');
    onChanged();
  };
  return (
    <form
      class="card stack"
      onSubmit={(event) => {
        event.preventDefault();
        void ask('/api/configs/preview', {});
      }}
    >
      <h2>Change a setting</h2>
      <Select
        label="Setting"
        value={setting}
        onChange={(value) => {
          setSetting(value);
          setText(ON_OFF(value) ? 'on' : '');
          setPreviews(null);
        }}
        options={SETTINGS}
      />
      {ON_OFF(setting) ? (
        <Select
          label="Value"
          value={text}
          onChange={setText}
          options={[
            { value: 'on', label: 'On' },
            { value: 'off', label: 'Off' },
          ]}
        />
      ) : (
        <Input label="Value" value={text} onChange={setText} />
      )}
      <Told text={told} />
      {previews === null ? (
        <button type="submit" class="button" disabled={stores.length === 0}>
          Preview
        </button>
      ) : (
        <>
          <PreviewList previews={previews} section={section} field={field} />
          <Input label="Why" value={note} onChange={setNote} />
          <button
            type="button"
            class="button primary"
            disabled={note.trim() === ''}
            onClick={() => void change()}
          >
            Change it
          </button>
        </>
      )}
    </form>
  );
}

const PreviewList = ({
  previews,
  section,
  field,
}: {
  readonly previews: readonly Preview[];
  readonly section: string;
  readonly field: string;
}) => (
  <ul class="small">
    {previews.map(({ store, changed, before, after }) => (
      <li key={store}>
        <strong>{store}</strong>{' '}
        {changed.length === 0
          ? 'has it so already'
          : `${JSON.stringify(before[section]?.[field])} → ${JSON.stringify(after[section]?.[field])}`}
      </li>
    ))}
  </ul>
);
