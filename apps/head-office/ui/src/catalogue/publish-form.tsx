import { useState } from 'preact/hooks';
import { post, problemText } from '../api.ts';
import { instantOf, MomentField, NO_MOMENT } from '../parts/moment-field.tsx';
import { Input, Select } from '../parts/parts.tsx';
import { go } from '../router.ts';
import type { DraftDetail } from './model.ts';

interface Props {
  readonly draft: DraftDetail;
  readonly shops: readonly string[];
}

/** Publishing an approved draft: canaries, waves, and when. */
export function PublishForm({ draft, shops }: Props) {
  const [note, setNote] = useState(draft.name);
  const [canaries, setCanaries] = useState<readonly string[]>([]);
  const [waveSize, setWaveSize] = useState('');
  const [from, setFrom] = useState(NO_MOMENT);
  const [scheduled, setScheduled] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const publish = async (event: Event): Promise<void> => {
    event.preventDefault();
    const effectiveFrom = instantOf(from);
    if (effectiveFrom === undefined) {
      return setTrouble('In force from: a day such as 27/11/2025 and a time such as 04:00.');
    }
    setBusy(true);
    const answer = await post(`/api/catalogue/drafts/${draft.draftId}/publish`, {
      revision: draft.revision,
      note,
      canaries,
      waveSize: waveSize === '' ? null : Number(waveSize),
      effectiveFrom,
      ...(scheduled === '' ? {} : { scheduled }),
    });
    setBusy(false);
    if (answer.ok) go('#/catalogue');
    else setTrouble(problemText(answer.problem));
  };
  return (
    <form class="card stack" aria-label="Publish" onSubmit={(event) => void publish(event)}>
      <h2>Publish</h2>
      <div class="filters">
        <div class="grow">
          <Input label="What for" value={note} onChange={setNote} required />
        </div>
        <Input
          label="Shops a wave"
          value={waveSize}
          onChange={setWaveSize}
          placeholder="all at once"
        />
        <MomentField label="In force from (empty: at once)" value={from} onChange={setFrom} />
        <Select
          label="If a change is scheduled already"
          value={scheduled}
          onChange={setScheduled}
          options={[
            { value: '', label: 'Ask me' },
            { value: 'rebase', label: 'Keep it, on top of this one' },
            { value: 'cancel', label: 'Cancel it' },
          ]}
        />
      </div>
      <fieldset class="checks">
        <legend>Canary shops, told first</legend>
        {shops.map((store) => (
          <label key={store} class="check">
            <input
              type="checkbox"
              checked={canaries.includes(store)}
              onChange={({ currentTarget }) =>
                setCanaries(
                  currentTarget.checked
                    ? [...canaries, store]
                    : canaries.filter((each) => each !== store),
                )
              }
            />
            {store}
          </label>
        ))}
      </fieldset>
      <div role="alert">{trouble === null ? null : <p class="trouble">{trouble}</p>}</div>
      <div class="row">
        <button type="submit" class="button primary" disabled={isBusy}>
          {isBusy ? 'Publishing…' : 'Publish'}
        </button>
        <p class="small soft">{planText(shops.length, canaries, waveSize)}</p>
      </div>
    </form>
  );
}

/** What will happen, in words, before it does. */
function planText(shops: number, canaries: readonly string[], waveSize: string): string {
  const size = Number(waveSize);
  const rest = shops - canaries.length;
  const waves = size > 0 ? Math.ceil(rest / size) : 1;
  const first = canaries.length === 0 ? '' : `First ${canaries.join(', ')} alone. `;
  if (rest === 0) return first;
  const others = waves > 1 ? `${rest} shops in ${waves} waves of ${size}` : `${rest} shops at once`;
  return `${first}${first === '' ? '' : 'Once they sell from it: '}${others}. One that refuses halts the rest.`;
}
