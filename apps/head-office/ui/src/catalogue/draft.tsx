import { useState } from 'preact/hooks';
import { del, post, problemText } from '../api.ts';
import { momentText } from '../format.ts';
import { useLoad } from '../load.ts';
import { Badge, Empty, PageHead, Select, Told, Trouble } from '../parts/parts.tsx';
import { go } from '../router.ts';
import { identity, may } from '../session.ts';
import type { Overview } from '../shops.ts';
import { DiffWords } from './diff-words.tsx';
import { Editor } from './editor.tsx';
import { ImportForm } from './import-form.tsx';
import type { DraftDetail } from './model.ts';
import { PublishForm } from './publish-form.tsx';

/** One draft: what it changes, editing it, having it approved, publishing it. */
export function DraftScreen({ draftId }: { readonly draftId: number }) {
  const path = `/api/catalogue/drafts/${draftId}`;
  const found = useLoad<DraftDetail>(path);
  const shops = useLoad<Overview>('/api/stores').value?.stores ?? [];
  const [target, setTarget] = useState('base');
  const [told, setTold] = useState<string | null>(null);
  const draft = found.value;
  if (draft === null) return <Trouble trouble={found.trouble} onRetry={found.reload} />;
  const act = async (what: string, body: object, done: string): Promise<void> => {
    const answer = await post(`${path}/${what}`, body);
    setTold(answer.ok ? done : problemText(answer.problem));
    found.reload();
  };
  const isOwn = draft.hands.includes(identity.value?.name ?? '');
  return (
    <div class="stack">
      <nav class="small" aria-label="Where you are">
        <a href="#/catalogue/drafts">Drafts</a>
      </nav>
      <PageHead
        title={draft.name}
        lead={`${draft.basedOn === null ? 'From nothing' : `From release ${draft.basedOn}`}, revision ${draft.revision}, edited by ${draft.editedBy} ${momentText(draft.editedAtMs)}`}
      >
        <Approval draft={draft} />
        {may('approve-catalogue') && draft.approval === null && !isOwn ? (
          <button
            type="button"
            class="button primary"
            onClick={() =>
              void act('approve', { revision: draft.revision }, 'The draft is approved.')
            }
          >
            Approve
          </button>
        ) : null}
        {may('edit-catalogue') ? (
          <DraftButtons draft={draft} onAct={act} onRefused={setTold} />
        ) : null}
      </PageHead>
      <Told text={told} />
      <div class="studio-pair">
        <section class="card stack">
          <h2>What it changes</h2>
          {draft.basedOn === null ? (
            <p class="soft">It is a menu of its own: there is nothing to compare it with.</p>
          ) : (
            <DiffWords diff={draft.diff} />
          )}
        </section>
        <section class="card stack">
          <h2>Faults</h2>
          <Faults draft={draft} />
        </section>
      </div>
      {may('roll-out') && draft.approval !== null ? (
        <PublishForm draft={draft} shops={shops.map(({ store }) => store)} />
      ) : null}
      <div class="narrow">
        <Select
          label="Work on what is sold by"
          value={target}
          onChange={setTarget}
          options={[
            { value: 'base', label: 'Whole chain' },
            ...shops.map(({ store, name }) => ({ value: store, label: `${store} ${name} alone` })),
          ]}
        />
      </div>
      {draft.baseChecksum === null ? (
        <Empty title="The draft is empty">Import the chain's tables into it.</Empty>
      ) : (
        <Editor
          key={`${target} ${draft.revision}`}
          draft={draft}
          target={target}
          onSaved={found.reload}
        />
      )}
      {may('edit-catalogue') ? (
        <ImportForm
          path={`${path}/imports`}
          target={target}
          title={
            target === 'base' ? 'Import a set as the base' : `Import a set for ${target} alone`
          }
          onImported={found.reload}
        />
      ) : null}
    </div>
  );
}

const Approval = ({ draft: { approval, hands } }: { readonly draft: DraftDetail }) =>
  approval === null ? (
    <span class="row">
      <Badge tone="warn">Not approved</Badge>
      <span class="small soft">by anybody but {hands.join(', ')}</span>
    </span>
  ) : (
    <Badge tone="good">Approved by {approval.name}</Badge>
  );

const DraftButtons = ({
  draft: { draftId },
  onAct,
  onRefused,
}: {
  readonly draft: DraftDetail;
  readonly onAct: (what: string, body: object, done: string) => Promise<void>;
  readonly onRefused: (why: string) => void;
}) => (
  <>
    <button
      type="button"
      class="button"
      onClick={() => void onAct('rebase', {}, 'The draft departs from the newest release.')}
    >
      Rebase
    </button>
    <button
      type="button"
      class="button danger"
      onClick={() =>
        void del(`/api/catalogue/drafts/${draftId}`).then((answer) => {
          if (answer.ok) go('#/catalogue/drafts');
          else onRefused(problemText(answer.problem));
        })
      }
    >
      Discard
    </button>
  </>
);

const SHOWN_FAULTS = 50;

const Faults = ({ draft: { faults } }: { readonly draft: DraftDetail }) =>
  faults.length === 0 ? (
    <p>
      <Badge tone="good">Sound</Badge> Every shop could sell from it.
    </p>
  ) : (
    <>
      <Badge tone="danger">{faults.length} faults</Badge>
      <ul class="small">
        {faults.slice(0, SHOWN_FAULTS).map(({ target, path, message, rule }, at) => (
          <li key={at}>
            <span class="mono">
              {target} {path}
            </span>
            : {message ?? rule}
          </li>
        ))}
      </ul>
    </>
  );
