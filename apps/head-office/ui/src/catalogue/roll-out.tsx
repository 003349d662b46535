import { useState } from 'preact/hooks';
import { post, problemText } from '../api.ts';
import { momentText, words } from '../format.ts';
import { Badge, Empty, Input, TableScroll, Told, type Tone } from '../parts/parts.tsx';
import { linkTo } from '../router.ts';
import { may } from '../session.ts';
import type { CatalogueNow, Release, Standing } from './model.ts';

const PROGRESS_TONES: Readonly<Record<string, Tone>> = {
  applied: 'good',
  staged: 'good',
  refused: 'danger',
  unheard: 'quiet',
};
const STATE_TONES: Readonly<Record<string, Tone>> = {
  complete: 'good',
  halted: 'danger',
  'rolling-out': 'warn',
};

interface Props {
  readonly catalogue: CatalogueNow;
  readonly onChanged: () => void;
}

/** What every shop runs, what is on its way, and what was before. */
export function RollOut({ catalogue: { releases, standing }, onChanged }: Props) {
  const rolling = releases.filter(({ state }) => state === 'rolling-out' || state === 'halted');
  if (releases.length === 0) {
    return (
      <Empty title="No menu was published yet">
        Import the chain's tables into a <a href="#/catalogue/drafts">draft</a>, have it approved,
        and publish it.
      </Empty>
    );
  }
  return (
    <>
      {rolling.map((release) => (
        <Rolling key={release.releaseId} release={release} onChanged={onChanged} />
      ))}
      <section class="stack" aria-labelledby="standing">
        <h2 id="standing">Shop by shop</h2>
        <StandingTable standing={standing} />
      </section>
      <section class="stack" aria-labelledby="history">
        <h2 id="history">History</h2>
        <History releases={releases} onChanged={onChanged} />
      </section>
    </>
  );
}

const StandingTable = ({ standing }: { readonly standing: readonly Standing[] }) => (
  <TableScroll label="Shops and their catalogue">
    <table class="table">
      <thead>
        <tr>
          <th scope="col">Shop</th>
          <th scope="col">Line</th>
          <th scope="col">Told</th>
          <th scope="col">Progress</th>
          <th scope="col">Sells from</th>
          <th scope="col">What it says</th>
        </tr>
      </thead>
      <tbody>
        {standing.map((shop) => (
          <tr key={shop.store}>
            <th scope="row">
              <a href={`#/shops/${shop.store}`}>{shop.store}</a> {shop.name}
            </th>
            <td>
              {shop.online === true ? 'up' : shop.online === false ? 'down' : 'not heard yet'}
            </td>
            <td>
              {shop.told === null
                ? 'nothing yet'
                : `release ${shop.told.releaseId}${
                    shop.told.nextReleaseId === null ? '' : `, then ${shop.told.nextReleaseId}`
                  }`}
            </td>
            <td>
              <Badge tone={PROGRESS_TONES[shop.progress] ?? 'warn'}>{words(shop.progress)}</Badge>
            </td>
            <td class="mono">{shop.inForce?.catalog_version ?? '–'}</td>
            <td>{shop.reason === null ? '–' : `${words(shop.reason)}: ${shop.detail}`}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </TableScroll>
);

interface ReleaseProps {
  readonly release: Release;
  readonly onChanged: () => void;
}

function Rolling({ release, onChanged }: ReleaseProps) {
  const { releaseId, state, stateReason, waves, wavesTold, note } = release;
  const [told, setTold] = useState<string | null>(null);
  const [reason, setReason] = useState('');
  const ask = async (what: string, body: object = {}): Promise<void> => {
    const answer = await post(`/api/catalogue/releases/${releaseId}/${what}`, body);
    setTold(answer.ok ? null : problemText(answer.problem));
    if (answer.ok) onChanged();
  };
  return (
    <section class="card stack" aria-label={`Roll-out of release ${releaseId}`}>
      <div class="row between">
        <h2>
          Release {releaseId}: {note}
        </h2>
        <Badge tone={STATE_TONES[state] ?? 'quiet'}>{words(state)}</Badge>
      </div>
      {stateReason === '' ? null : <p class="trouble">{stateReason}</p>}
      <progress max={waves.length} value={wavesTold} aria-label="Waves told" />
      <ol class="row small">
        {waves.map((wave, at) => (
          <li key={at}>
            <Badge tone={at < wavesTold ? 'good' : 'quiet'}>
              Wave {at + 1}: {wave.join(', ')} {at < wavesTold ? 'told' : 'to come'}
            </Badge>
          </li>
        ))}
      </ol>
      <Told text={told} />
      <div class="row">
        {may('roll-out') && state === 'rolling-out' && wavesTold < waves.length ? (
          <button type="button" class="button" onClick={() => void ask('advance')}>
            Tell the next wave now
          </button>
        ) : null}
        {may('roll-out') && state === 'halted' ? (
          <button type="button" class="button primary" onClick={() => void ask('resume')}>
            Go on
          </button>
        ) : null}
        {may('operate') && state === 'rolling-out' ? (
          <form
            class="row"
            onSubmit={(event) => {
              event.preventDefault();
              void ask('halt', { reason });
            }}
          >
            <Input label="Why it is halted" value={reason} onChange={setReason} required />
            <button type="submit" class="button danger find">
              Halt
            </button>
          </form>
        ) : null}
      </div>
    </section>
  );
}

function History({
  releases,
  onChanged,
}: {
  readonly releases: readonly Release[];
  readonly onChanged: () => void;
}) {
  const [told, setTold] = useState<string | null>(null);
  const rollBack = async ({ releaseId, note }: Release): Promise<void> => {
    const answer = await post(`/api/catalogue/releases/${releaseId}/roll-back`, {
      note: `Back to release ${releaseId}: ${note}`.slice(0, 500),
    });
    setTold(
      answer.ok ? `Every shop goes back to release ${releaseId}.` : problemText(answer.problem),
    );
    if (answer.ok) onChanged();
  };
  return (
    <>
      <Told text={told} />
      <TableScroll label="Releases">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Release</th>
              <th scope="col">What for</th>
              <th scope="col">Published</th>
              <th scope="col">In force from</th>
              <th scope="col">State</th>
              <th scope="col">
                <span class="visually-hidden">Act on it</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {releases.map((release, at) => (
              <tr key={release.releaseId}>
                <th scope="row">
                  <a href={linkTo(['catalogue', 'releases', String(release.releaseId)])}>
                    {release.releaseId}
                  </a>
                </th>
                <td>
                  {release.note}
                  {release.kind === 'publish' ? '' : ` (${words(release.kind)})`}
                </td>
                <td>
                  {momentText(release.publishedAtMs)}
                  <br />
                  <span class="small soft">by {release.publishedBy}</span>
                </td>
                <td>
                  {release.effectiveFromMs === null
                    ? 'at once'
                    : momentText(release.effectiveFromMs)}
                </td>
                <td>
                  <Badge tone={STATE_TONES[release.state] ?? 'quiet'}>{words(release.state)}</Badge>
                </td>
                <td class="number">
                  {at > 0 && may('roll-out') ? (
                    <button type="button" class="button" onClick={() => void rollBack(release)}>
                      Go back to it<span class="visually-hidden"> ({release.releaseId})</span>
                    </button>
                  ) : null}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
    </>
  );
}
