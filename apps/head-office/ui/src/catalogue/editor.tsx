import { useEffect, useState } from 'preact/hooks';
import { post, problemText } from '../api.ts';
import { useLoad } from '../load.ts';
import { may } from '../session.ts';
import { EMPTY_ENTRIES } from './empty-entries.ts';
import { EntryForm } from './entry-form.tsx';
import { MenuBrowser } from './menu-browser.tsx';
import {
  COLLECTIONS,
  type CollectionName,
  type DraftDetail,
  type Entry,
  keyOf,
  type Menu,
  nameOf,
} from './model.ts';

interface EditorProps {
  readonly draft: DraftDetail;
  readonly target: string;
  readonly onSaved: () => void;
}

/** An entry at hand; null: a new one. */
interface Editing {
  readonly collection: CollectionName | 'settings';
  readonly entry: Entry | null;
}

/** Looks through what a target of a draft sells, and changes an entry of it. */
export function Editor({ draft, target, onSaved }: EditorProps) {
  const path = `/api/catalogue/drafts/${draft.draftId}`;
  const menu = useLoad<Menu>(`${path}/menu?target=${target}`).value;
  const [editing, setEditing] = useState<Editing | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  useEffect(() => {
    if (editing !== null) document.querySelector<HTMLElement>('.entry-fields input')?.focus();
  }, [editing]);
  const send = async (edit: object): Promise<void> => {
    const answer = await post(`${path}/edits?target=${target}`, { revision: draft.revision, edit });
    setTrouble(answer.ok ? null : problemText(answer.problem));
    if (answer.ok) onSaved();
  };
  const begin = (collection: Editing['collection'], entry: Entry | null): void => {
    setTrouble(null);
    setEditing({ collection, entry });
  };
  if (editing === null || menu === null) {
    return (
      <>
        <MenuBrowser
          path={`${path}/menu?target=${target}`}
          basePath={target === 'base' ? null : `${path}/menu?target=base`}
          {...(may('edit-catalogue') ? { onEdit: begin } : {})}
        />
        {may('edit-catalogue') && menu?.settings !== undefined ? (
          <div>
            <button
              type="button"
              class="button"
              onClick={() => begin('settings', menu.settings ?? null)}
            >
              Meal settings
            </button>
          </div>
        ) : null}
      </>
    );
  }
  const { collection, entry } = editing;
  const form = { collection, menu, trouble, onCancel: () => setEditing(null) };
  if (collection === 'settings') {
    return (
      <EntryForm
        {...form}
        title="Meal settings"
        like={entry ?? {}}
        onSave={(settings) => void send({ settings })}
      />
    );
  }
  const key = entry === null ? null : keyOf(collection, entry);
  return (
    <EntryForm
      {...form}
      title={entry === null ? `New in ${COLLECTIONS[collection].toLowerCase()}` : nameOf(entry)}
      like={entry ?? EMPTY_ENTRIES[collection]}
      onSave={(saved) => {
        const isMoved = key !== null && keyOf(collection, saved) !== key;
        void send({ [collection]: { set: [saved], remove: isMoved ? [key] : [] } });
      }}
      {...(key === null
        ? {}
        : { onRemove: () => void send({ [collection]: { set: [], remove: [key] } }) })}
    />
  );
}
