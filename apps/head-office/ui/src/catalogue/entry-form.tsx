import { useState } from 'preact/hooks';
import { Input, Select } from '../parts/parts.tsx';
import { editorOf } from './entry-editors.tsx';
import {
  CHOICES,
  entryOf,
  fieldTitle,
  type FieldTexts,
  groupsOf,
  kindOf,
  percentText,
  textsOf,
} from './fields.ts';
import { type CollectionName, type Entry, type Menu, nameOf } from './model.ts';
import { ProductField, productText } from './product-field.tsx';

interface Props {
  readonly title: string;
  readonly collection: CollectionName | 'settings';
  readonly like: Entry;
  /** What a field may name. */
  readonly menu: Menu;
  readonly trouble: string | null;
  readonly onSave: (entry: Entry) => void;
  /** Left out: there is nothing to remove yet. */
  readonly onRemove?: () => void;
  readonly onCancel: () => void;
}

/** Edits one entry of any collection, field by field. */
export function EntryForm(props: Props) {
  const { title, like, trouble, onSave, onRemove, onCancel, collection, menu } = props;
  const [texts, setTexts] = useState<FieldTexts>(() => textsOf(like));
  const [wrong, setWrong] = useState<readonly string[]>([]);
  const set = (field: string) => (value: string) => setTexts({ ...texts, [field]: value });
  const save = (event: Event): void => {
    event.preventDefault();
    const read = entryOf(like, texts);
    if ('entry' in read) onSave(read.entry);
    else setWrong(read.wrong);
  };
  const groups = groupsOf(like);
  return (
    <form class="card stack entry-form" aria-label={title} onSubmit={save}>
      <h2>{title}</h2>
      {groups.map((group) => (
        <section key={group.title} class="stack tight" aria-label={group.title}>
          {groups.length > 1 ? <h3>{group.title}</h3> : null}
          <div class="entry-fields">
            {group.fields.map(([field, value]) => (
              <Field key={field} {...{ field, value, texts, set, collection, menu }} />
            ))}
          </div>
        </section>
      ))}
      <div role="alert">
        {wrong.length > 0 ? <p class="trouble">Can't be read: {wrong.join('; ')}</p> : null}
        {trouble === null ? null : <p class="trouble">{trouble}</p>}
      </div>
      <div class="row form-doors">
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

interface FieldProps extends Pick<Props, 'collection' | 'menu'> {
  readonly field: string;
  readonly value: unknown;
  readonly texts: FieldTexts;
  readonly set: (field: string) => (value: string) => void;
}

function Field({ field, value, texts, set, collection, menu }: FieldProps) {
  const label = fieldTitle(field);
  const text = texts[field] ?? '';
  const choose = (options: readonly (readonly [string, string])[]) => (
    <Select
      label={label}
      value={text}
      onChange={set(field)}
      options={options.map(([each, title]) => ({ value: each, label: title }))}
    />
  );
  switch (kindOf(field, value)) {
    case 'prices':
      return (
        <fieldset class="prices">
          <legend>{label}, £ by band (0: not sold so)</legend>
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
      return choose(CHOICES[field] ?? []);
    case 'vat-class':
      return choose(
        (menu['vatClasses'] ?? []).map((vat) => [
          String(vat['class']),
          `${String(vat['class'])} ${nameOf(vat)}, ${percentText(Number(vat['rate']))} %`,
        ]),
      );
    case 'band':
      return choose(['1', '2', '3', '4', '5', '6'].map((band) => [band, `Band ${band}`]));
    case 'switch':
      return choose([
        ['true', 'Yes'],
        ['false', 'No'],
      ]);
    case 'product':
      return <OneProduct label={label} text={text} menu={menu} onText={set(field)} />;
    case 'data':
      return <Data {...{ field, collection, menu, label, text }} onText={set(field)} />;
    case 'optional':
    case 'percent':
    case 'text':
    case 'number':
      return <Input label={label} value={text} onChange={set(field)} />;
  }
}

/** A product's code beside the name it has. */
function OneProduct({
  label,
  text,
  menu,
  onText,
}: Pick<Props, 'menu'> & {
  readonly label: string;
  readonly text: string;
  readonly onText: (text: string) => void;
}) {
  const products = menu['products'] ?? [];
  const [typed, setTyped] = useState(text === '' ? '' : productText(Number(text), products));
  return (
    <ProductField
      label={label}
      text={typed}
      products={products}
      onText={(next) => {
        setTyped(next);
        onText(next);
      }}
    />
  );
}

function Data({
  field,
  collection,
  menu,
  label,
  text,
  onText,
}: Pick<Props, 'collection' | 'menu'> & {
  readonly field: string;
  readonly label: string;
  readonly text: string;
  readonly onText: (text: string) => void;
}) {
  const Editor = editorOf(collection, field);
  if (Editor === null) return null;
  return (
    <div class="wide">
      <Editor
        label={label}
        value={JSON.parse(text)}
        collection={collection}
        menu={menu}
        products={menu['products'] ?? []}
        onChange={(next) => onText(JSON.stringify(next))}
      />
    </div>
  );
}
