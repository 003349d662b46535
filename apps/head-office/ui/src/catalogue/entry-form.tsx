import { useState } from 'preact/hooks';
import { words } from '../format.ts';
import { Input, Select } from '../parts/parts.tsx';
import { editorOf } from './entry-editors.tsx';
import { CHOICES, entryOf, fieldsOf, type FieldTexts, kindOf, textsOf } from './fields.ts';
import type { Entry } from './model.ts';

interface Props {
  readonly title: string;
  readonly like: Entry;
  /** What a field may name: the products and the pages of the menu. */
  readonly products: readonly Entry[];
  readonly pages: readonly Entry[];
  readonly trouble: string | null;
  readonly onSave: (entry: Entry) => void;
  /** Left out: there is nothing to remove yet. */
  readonly onRemove?: () => void;
  readonly onCancel: () => void;
}

/** `Eat VAT class` of `eatVatClass`. */
const fieldTitle = (field: string): string =>
  words(field.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)).replace(
    /\bvat\b/i,
    'VAT',
  );

/** Edits one entry of any collection, field by field. */
export function EntryForm(props: Props) {
  const { title, like, trouble, onSave, onRemove, onCancel, products, pages } = props;
  const [texts, setTexts] = useState<FieldTexts>(() => textsOf(like));
  const [wrong, setWrong] = useState<readonly string[]>([]);
  const set = (field: string) => (value: string) => setTexts({ ...texts, [field]: value });
  const save = (event: Event): void => {
    event.preventDefault();
    const read = entryOf(like, texts);
    if ('entry' in read) onSave(read.entry);
    else setWrong(read.wrong);
  };
  return (
    <form class="card stack" aria-label={title} onSubmit={save}>
      <h2>{title}</h2>
      <div class="entry-fields">
        {fieldsOf(like).map(([field, value]) => (
          <Field key={field} {...{ field, value, texts, set, products, pages }} />
        ))}
      </div>
      <div role="alert">
        {wrong.length > 0 ? <p class="trouble">Can't be read: {wrong.join('; ')}</p> : null}
        {trouble === null ? null : <p class="trouble">{trouble}</p>}
      </div>
      <div class="row">
        <button type="submit" class="button primary">
          Save into the draft
        </button>
        <button type="button" class="button" onClick={onCancel}>
          Cancel
        </button>
        {onRemove === undefined ? null : (
          <button type="button" class="button danger" onClick={onRemove}>
            Remove from the menu
          </button>
        )}
      </div>
    </form>
  );
}

interface FieldProps extends Pick<Props, 'products' | 'pages'> {
  readonly field: string;
  readonly value: unknown;
  readonly texts: FieldTexts;
  readonly set: (field: string) => (value: string) => void;
}

function Field({ field, value, texts, set, products, pages }: FieldProps) {
  const label = fieldTitle(field);
  const text = texts[field] ?? '';
  switch (kindOf(field, value)) {
    case 'prices':
      return (
        <fieldset class="prices">
          <legend>{label}, £ by band</legend>
          {(value as number[]).map((_, at) => (
            <Input
              key={at}
              label={`${label}, band ${at + 1}`}
              value={texts[`${field}.${at}`] ?? ''}
              onChange={set(`${field}.${at}`)}
            />
          ))}
        </fieldset>
      );
    case 'choice':
      return (
        <Select
          label={label}
          value={text}
          onChange={set(field)}
          options={(CHOICES[field] ?? []).map((each) => ({ value: each, label: words(each) }))}
        />
      );
    case 'switch':
      return (
        <Select
          label={label}
          value={text}
          onChange={set(field)}
          options={[
            { value: 'true', label: 'Yes' },
            { value: 'false', label: 'No' },
          ]}
        />
      );
    case 'data': {
      const Editor = editorOf(field, value);
      if (Editor !== null) {
        return (
          <div class="wide">
            <Editor
              label={label}
              value={JSON.parse(text)}
              products={products}
              pages={pages}
              onChange={(next) => set(field)(JSON.stringify(next))}
            />
          </div>
        );
      }
      return (
        <label class="label wide">
          {label}
          <textarea
            class="field mono"
            rows={2}
            value={text}
            onInput={({ currentTarget }) => set(field)(currentTarget.value)}
          />
        </label>
      );
    }
    case 'optional':
      return <Input label={`${label}, or empty`} value={text} onChange={set(field)} />;
    case 'text':
    case 'number':
      return <Input label={label} value={text} onChange={set(field)} />;
  }
}
