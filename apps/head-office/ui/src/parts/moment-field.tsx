import { useState } from 'preact/hooks';
import { DateField } from './date-field.tsx';
import { timeOfText } from './dates.ts';
import { Input } from './parts.tsx';

/** A day and a time of it, in this browser's zone; both empty: none. */
export interface MomentText {
  /** `2025-11-27`. */
  readonly date: string;
  /** As typed: `04:00`. */
  readonly time: string;
}

export const NO_MOMENT: MomentText = { date: '', time: '' };

/** The instant that is meant; null: none; undefined: it can't be read. */
export function instantOf({ date, time }: MomentText): string | null | undefined {
  if (date === '' && time.trim() === '') return null;
  const at = timeOfText(time);
  if (date === '' || at === null) return undefined;
  return new Date(`${date}T${at}`).toISOString();
}

/** A date as the chain writes it, with a time of day beside it. */
export function MomentField({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: MomentText;
  readonly onChange: (value: MomentText) => void;
}) {
  const [zone] = useState(() => Intl.DateTimeFormat().resolvedOptions().timeZone);
  return (
    <div class="row moment-field" role="group" aria-label={label}>
      <DateField
        label={`${label}, day`}
        value={value.date}
        onChange={(date) => onChange({ ...value, date })}
      />
      <Input
        label={`Time (${zone})`}
        value={value.time}
        placeholder="04:00"
        onChange={(time) => onChange({ ...value, time })}
      />
    </div>
  );
}
