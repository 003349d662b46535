import './date-field.css';
import { useEffect, useRef, useState } from 'preact/hooks';
import { britishDate, dateOfText } from './dates.ts';

interface Props {
  readonly label: string;
  /** `2025-11-27`; empty: no date. */
  readonly value: string;
  readonly required?: boolean;
  readonly onChange: (date: string) => void;
}

/**
 * A date as the chain writes it, day first, in whatever language the browser speaks: typed, or picked in the
 * browser's own calendar.
 */
export function DateField({ label, value, required = false, onChange }: Props) {
  const [text, setText] = useState(value === '' ? '' : britishDate(value));
  const picker = useRef<HTMLInputElement>(null);
  useEffect(() => setText(value === '' ? '' : britishDate(value)), [value]);
  const date = text === '' && !required ? '' : dateOfText(text);
  const settle = (): void => {
    if (date !== null && date !== value) onChange(date);
  };
  return (
    <div class="date-field">
      <label class="label">
        {label}
        <input
          class="field"
          value={text}
          required={required}
          placeholder="dd/mm/yyyy"
          autoComplete="off"
          aria-invalid={date === null}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
          onBlur={settle}
          onKeyDown={({ key }) => {
            if (key === 'Enter') settle();
          }}
        />
      </label>
      <button
        type="button"
        class="date-pick"
        aria-label={`${label}: pick in a calendar`}
        onClick={() => picker.current?.showPicker()}
      >
        <svg width="18" height="18" viewBox="0 0 20 20" aria-hidden="true">
          <path d="M3 5h14v12H3zM3 9h14M7 2v4M13 2v4" />
        </svg>
      </button>
      <input
        ref={picker}
        class="date-native"
        type="date"
        tabIndex={-1}
        aria-hidden="true"
        value={value}
        onChange={({ currentTarget }) => {
          if (currentTarget.value !== '') onChange(currentTarget.value);
        }}
      />
    </div>
  );
}
