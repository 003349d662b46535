import { useState } from 'preact/hooks';
import { post, problemText } from '../api.ts';
import { momentText } from '../format.ts';
import { useLoad } from '../load.ts';
import { Empty, Input, TableScroll, Trouble } from '../parts/parts.tsx';
import { go, linkTo } from '../router.ts';
import { may } from '../session.ts';
import { ImportForm } from './import-form.tsx';
import type { Draft } from './model.ts';

/** Menus in the making, and two ways to begin one. */
export function Drafts() {
  const found = useLoad<{ readonly drafts: readonly Draft[] }>('/api/catalogue/drafts');
  const [name, setName] = useState('');
  const [trouble, setTrouble] = useState<string | null>(null);
  const begin = async (event: Event): Promise<void> => {
    event.preventDefault();
    const answer = await post<Draft>('/api/catalogue/drafts', { name });
    if (answer.ok) go(linkTo(['catalogue', 'drafts', String(answer.value.draftId)]));
    else setTrouble(problemText(answer.problem));
  };
  return (
    <>
      <Trouble trouble={found.trouble} onRetry={found.reload} />
      {found.value === null ? null : found.value.drafts.length === 0 ? (
        <Empty title="No drafts">
          Begin one from what the shops sell now, or import the chain's tables.
        </Empty>
      ) : (
        <DraftTable drafts={found.value.drafts} />
      )}
      {may('edit-catalogue') ? (
        <div class="studio-pair">
          <form class="card stack" onSubmit={(event) => void begin(event)}>
            <h2>New draft from the newest menu</h2>
            <Input label="What for" value={name} onChange={setName} required />
            <div role="alert">{trouble === null ? null : <p class="trouble">{trouble}</p>}</div>
            <button type="submit" class="button primary">
              Begin draft
            </button>
          </form>
          <ImportForm
            path="/api/catalogue/imports"
            target="base"
            title="New draft from a legacy set"
            onImported={(draftId) => go(linkTo(['catalogue', 'drafts', String(draftId)]))}
          />
        </div>
      ) : null}
    </>
  );
}

const DraftTable = ({ drafts }: { readonly drafts: readonly Draft[] }) => (
  <TableScroll label="Drafts">
    <table class="table">
      <thead>
        <tr>
          <th scope="col">Draft</th>
          <th scope="col">Departs from</th>
          <th scope="col">Last edited</th>
          <th scope="col" class="number">
            Revision
          </th>
        </tr>
      </thead>
      <tbody>
        {drafts.map((draft) => (
          <tr key={draft.draftId}>
            <th scope="row">
              <a href={linkTo(['catalogue', 'drafts', String(draft.draftId)])}>{draft.name}</a>
            </th>
            <td>{draft.basedOn === null ? 'nothing' : `release ${draft.basedOn}`}</td>
            <td>
              {momentText(draft.editedAtMs)} <span class="soft">by {draft.editedBy}</span>
            </td>
            <td class="number">{draft.revision}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </TableScroll>
);
