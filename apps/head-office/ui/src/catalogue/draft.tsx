import { useEffect, useState } from 'preact/hooks';
import { del, post, problemText } from '../api.ts';
import { momentText } from '../format.ts';
import { useLoad } from '../load.ts';
import { Badge, Empty, PageHead, Select, Told, Trouble } from '../parts/parts.tsx';
import { go } from '../router.ts';
import { identity, may } from '../session.ts';
import type { Overview } from '../shops.ts';
import { DiffWords } from './diff-words.tsx';
import { EntryForm } from './entry-form.tsx';
import { ImportForm } from './import-form.tsx';
import { MenuBrowser, nameOf } from './menu-browser.tsx';
import {
  COLLECTIONS,
  type CollectionName,
  type DraftDetail,
  type Entry,
  type Menu,
} from './model.ts';
import { PublishForm } from './publish-form.tsx';

interface Editing {
  readonly collection: CollectionName;
  readonly entry: Entry | null;
}

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
      <Select
        label="Work on what is sold by"
        value={target}
        onChange={setTarget}
        options={[
          { value: 'base', label: 'Whole chain' },
          ...shops.map(({ store, name }) => ({ value: store, label: `${store} ${name} alone` })),
        ]}
      />
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

interface EditorProps {
  readonly draft: DraftDetail;
  readonly target: string;
  readonly onSaved: () => void;
}

function Editor({ draft, target, onSaved }: EditorProps) {
  const path = `/api/catalogue/drafts/${draft.draftId}`;
  const menu = useLoad<Menu>(`${path}/menu?target=${target}`).value;
  const [editing, setEditing] = useState<Editing | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  useEffect(() => {
    if (editing !== null) document.querySelector<HTMLElement>('.entry-fields input')?.focus();
  }, [editing]);
  const save = async (set: readonly Entry[], remove: readonly unknown[]): Promise<void> => {
    if (editing === null) return;
    const answer = await post(`${path}/edits?target=${target}`, {
      revision: draft.revision,
      edit: { [editing.collection]: { set, remove } },
    });
    setTrouble(answer.ok ? null : problemText(answer.problem));
    if (answer.ok) onSaved();
  };
  const begin = (collection: CollectionName, entry: Entry | null): void => {
    setTrouble(null);
    setEditing({ collection, entry });
  };
  if (editing === null) {
    return (
      <MenuBrowser
        path={`${path}/menu?target=${target}`}
        basePath={target === 'base' ? null : `${path}/menu?target=base`}
        {...(may('edit-catalogue') ? { onEdit: begin } : {})}
      />
    );
  }
  const { collection, entry } = editing;
  const key = entry?.[COLLECTIONS[collection].key];
  const like = entry ?? EMPTY[collection];
  return (
    <EntryForm
      title={
        entry === null ? `New in ${COLLECTIONS[collection].title.toLowerCase()}` : nameOf(entry)
      }
      like={like}
      products={menu?.['products'] ?? []}
      pages={menu?.['menuPages'] ?? []}
      trouble={trouble}
      onSave={(saved) => {
        const moved = key !== undefined && saved[COLLECTIONS[collection].key] !== key;
        void save([saved], moved ? [key] : []);
      }}
      {...(entry === null ? {} : { onRemove: () => void save([], [key]) })}
      onCancel={() => setEditing(null)}
    />
  );
}

const NO_PRICES = [0, 0, 0, 0, 0, 0] as const;

/** What a new entry starts as. */
const EMPTY: Readonly<Record<CollectionName, Entry>> = {
  products: {
    code: 0,
    name: '',
    menuName: '',
    description: '',
    eatVatClass: 1,
    takeVatClass: 1,
    readbackOrder: 0,
    mealOnly: false,
    meal: 'none',
    mealDrink: 'none',
    largeDrink: null,
    prices: NO_PRICES,
    mealPrices: NO_PRICES,
    choiceGroups: [],
    addOns: null,
    double: null,
    triple: null,
    cookZone: 'none',
    menuKey: null,
    priceListPlace: null,
    components: [],
    allergens: null,
    kcal: null,
    available: true,
  },
  combos: {
    code: 0,
    name: '',
    menuName: '',
    description: '',
    eatVatClass: 1,
    takeVatClass: 1,
    prices: NO_PRICES,
    components: [],
    choiceGroups: [],
    tradeUp: null,
    menuKey: null,
    priceListPlace: null,
    available: true,
  },
  channels: {
    code: '',
    name: '',
    band: 1,
    sequence: 1,
    record: 1,
    subSequence: 1,
    company: 1,
    accountFirm: 0,
    operates: true,
    accepts: {
      cash: true,
      card: true,
      onAccount: false,
      voucher: true,
      crewFood: true,
      cookedWaste: true,
    },
    delivers: false,
    hotDrinks: true,
  },
  vatClasses: { class: 0, rate: 2000, name: '' },
  menuPages: { id: 1, title: '' },
  extras: { product: 0, label: '', sequence: 1 },
  relishes: { code: 0, name: '', menuName: '' },
};
