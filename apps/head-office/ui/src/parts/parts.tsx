import type { ComponentChildren } from 'preact';
import { type Problem, problemText } from '../api.ts';

export type Tone = 'good' | 'warn' | 'danger' | 'quiet';

export const Badge = ({
  tone,
  children,
}: {
  readonly tone: Tone;
  readonly children: ComponentChildren;
}) => <span class={`badge ${tone}`}>{children}</span>;

/** Where there is nothing to show: why, and what to do. */
export const Empty = ({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ComponentChildren;
}) => (
  <div class="empty">
    <h2>{title}</h2>
    <p class="soft">{children}</p>
  </div>
);

export const Trouble = ({
  trouble,
  onRetry,
}: {
  readonly trouble: { readonly problem: Problem | null } | null;
  readonly onRetry?: () => void;
}) =>
  trouble === null ? null : (
    <div class="trouble row between" role="alert">
      <span>{problemText(trouble.problem)}</span>
      {onRetry === undefined ? null : (
        <button type="button" class="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );

export const PageHead = ({
  title,
  lead,
  children,
}: {
  readonly title: string;
  readonly lead?: ComponentChildren;
  readonly children?: ComponentChildren;
}) => (
  <header class="page-head">
    <div>
      <h1>{title}</h1>
      {lead === undefined ? null : <p class="soft">{lead}</p>}
    </div>
    {children === undefined ? null : <div class="row">{children}</div>}
  </header>
);

/** A table that may be wider than the screen; by keyboard it scrolls too. */
export const TableScroll = ({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ComponentChildren;
}) => (
  <div class="table-scroll" role="region" aria-label={label} tabIndex={0}>
    {children}
  </div>
);

export interface Option {
  readonly value: string;
  readonly label: string;
}

export const Select = ({
  label,
  value,
  options,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly options: readonly Option[];
  readonly onChange: (value: string) => void;
}) => (
  <label class="label">
    {label}
    <select class="field" value={value} onChange={(event) => onChange(event.currentTarget.value)}>
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  </label>
);

export const Input = ({
  label,
  value,
  isSecret = false,
  onChange,
  ...rest
}: {
  readonly label: string;
  readonly value: string;
  readonly isSecret?: boolean;
  readonly onChange: (value: string) => void;
  readonly autoComplete?: HTMLInputElement['autocomplete'];
  readonly required?: boolean;
  readonly minLength?: number;
  readonly placeholder?: string;
  readonly autoFocus?: boolean;
}) => {
  const field = {
    class: 'field',
    value,
    onInput: (event: Event & { readonly currentTarget: HTMLInputElement }) =>
      onChange(event.currentTarget.value),
    ...rest,
  };
  return (
    <label class="label">
      {label}
      {isSecret ? <input type="password" {...field} /> : <input {...field} />}
    </label>
  );
};

/** What a change came to, told to screen readers too. */
export const Told = ({ text }: { readonly text: string | null }) => (
  <div role="status">{text === null ? null : <p class="trouble told">{text}</p>}</div>
);

/** One fact of a `<dl class="facts">`. */
export const Pair = ({
  name,
  value,
}: {
  readonly name: string;
  readonly value: ComponentChildren;
}) => (
  <>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </>
);
