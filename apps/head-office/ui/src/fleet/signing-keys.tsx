import { useState } from 'preact/hooks';
import { post, problemText } from '../api.ts';
import { momentText } from '../format.ts';
import { Badge, Told } from '../parts/parts.tsx';
import { may } from '../session.ts';
import type { Access } from './model.ts';

type Rotation =
  | { readonly type: 'overlapping'; readonly awaited: readonly string[] }
  | { readonly type: 'finished' };

/** The keys Head Office speaks by; a second one waits until every shop believes it. */
export function SigningKeys({
  signing: { keys, awaited },
  onChanged,
}: Pick<Access, 'signing'> & { readonly onChanged: () => void }) {
  const [told, setTold] = useState<string | null>(null);
  const [isSure, setSure] = useState(false);
  const isOverlapping = keys.length > 1;
  const rotate = async (): Promise<void> => {
    const answer = await post<Rotation>('/api/fleet/signing-key/rotate');
    setSure(false);
    setTold(
      !answer.ok
        ? problemText(answer.problem)
        : answer.value.type === 'finished'
          ? 'Every shop believes the new key; the old one signs no more.'
          : `Both keys sign now. Awaited: ${answer.value.awaited.join(', ')}.`,
    );
    onChanged();
  };
  return (
    <section class="card stack" aria-labelledby="signing">
      <div class="row between">
        <h2 id="signing">Signing keys</h2>
        {isOverlapping ? (
          <Badge tone="warn">Being rotated</Badge>
        ) : (
          <Badge tone="good">One signs</Badge>
        )}
      </div>
      <p class="small soft">
        Everything Head Office tells shops is signed; they believe the keys they know.
      </p>
      <ul class="stack tight">
        {keys.map(({ id, sinceMs }, at) => (
          <li key={id} class="row between">
            <span class="mono wrap">{id}</span>
            <span class="small soft">
              {sinceMs === null ? 'since Head Office was set up' : `since ${momentText(sinceMs)}`}
              {isOverlapping && at === 0 ? ', to go' : ''}
            </span>
          </li>
        ))}
      </ul>
      {awaited.length === 0 ? null : (
        <p>
          <strong>
            {awaited.length} {awaited.length === 1 ? 'shop has' : 'shops have'} not confirmed:
          </strong>{' '}
          {awaited.join(', ')}
        </p>
      )}
      <Told text={told} />
      {!may('manage-fleet') ? null : isSure ? (
        <div class="trouble stack">
          <p>
            A second key begins to sign beside the first. The first ends only when you ask again
            after every shop has confirmed.
          </p>
          <div class="row">
            <button type="button" class="button primary" onClick={() => void rotate()}>
              Begin
            </button>
            <button type="button" class="button" onClick={() => setSure(false)}>
              Cancel
            </button>
          </div>
        </div>
      ) : (
        <div>
          <button
            type="button"
            class="button"
            onClick={() => (isOverlapping ? void rotate() : setSure(true))}
          >
            {!isOverlapping
              ? 'Rotate the key'
              : awaited.length === 0
                ? 'End the old key'
                : 'Ask those awaited again'}
          </button>
        </div>
      )}
    </section>
  );
}
