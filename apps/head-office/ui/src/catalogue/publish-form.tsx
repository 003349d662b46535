import { useState } from 'preact/hooks';
import { post, problemText } from '../api.ts';
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
  const [from, setFrom] = useState('');
  const [scheduled, setScheduled] = useState('');
  const [trouble, setTrouble] = useState<string | null>(null);
  const publish = async (event: Event): Promise<void> => {
    event.preventDefault();
    const answer = await post(`/api/catalogue/drafts/${draft.draftId}/publish`, {
      revision: draft.revision,
      note,
      canaries,
      waveSize: waveSize === '' ? null : Number(waveSize),
      effectiveFrom: from === '' ? null : new Date(from).toISOString(),
      ...(scheduled === '' ? {} : { scheduled }),
    });
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
        <label class="label">
          In force from (empty: at once)
          <input
            class="field"
            type="datetime-local"
            value={from}
            onInput={({ currentTarget }) => setFrom(currentTarget.value)}
          />
        </label>
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
        <button type="submit" class="button primary">
          Publish
        </button>
      </div>
    </form>
  );
}
