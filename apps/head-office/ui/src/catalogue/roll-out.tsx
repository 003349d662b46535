import { useState } from 'preact/hooks';
import { post, problemText } from '../api.ts';
import { momentText, shortHashes, words } from '../format.ts';
import { now } from '../live.ts';
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
        <Rolling
          key={release.releaseId}
          release={release}
          standing={standing}
          onChanged={onChanged}
        />
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
          <th scope="col">Sells from the menu of</th>
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
            <td>{shop.told === null ? 'nothing yet' : toldText(shop.told, now.value)}</td>
            <td>
              <Badge tone={PROGRESS_TONES[shop.progress] ?? 'warn'}>{words(shop.progress)}</Badge>
            </td>
            <td class="nowrap">
              {shop.inForce === null ? 'none' : menuOf(shop.inForce.catalog_version)}
            </td>
            <td>
              {shop.reason === null ? '–' : shortHashes(`${words(shop.reason)}: ${shop.detail}`)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </TableScroll>
);

/** A version is the second it was told at, or a little more. */
const menuOf = (version: number): string => momentText(version * 1000);

/** `release 1, then 2 from …` until its time has come, then `release 2`. */
function toldText(told: NonNullable<Standing['told']>, nowMs: number): string {
  const { releaseId, nextReleaseId, effectiveFromMs } = told;
  if (nextReleaseId === null || effectiveFromMs === null) return `release ${releaseId}`;
  return effectiveFromMs <= nowMs
    ? `release ${nextReleaseId}`
    : `release ${releaseId}, then ${nextReleaseId} from ${momentText(effectiveFromMs)}`;
}

interface RollingProps {
  readonly release: Release;
  readonly standing: readonly Standing[];
  readonly onChanged: () => void;
}

function Rolling({ release, standing, onChanged }: RollingProps) {
  const { releaseId, state, stateReason, waves, wavesTold, note } = release;
  const told = new Set(waves.slice(0, wavesTold).flat());
  const refusing = standing.filter(
    ({ store, progress }) => told.has(store) && progress === 'refused',
  );
  const shops = new Map(standing.map((shop) => [shop.store, shop]));
  const [answered, setAnswered] = useState<string | null>(null);
  const [reason, setReason] = useState('');
  const ask = async (what: string, body: object = {}): Promise<void> => {
    const answer = await post(`/api/catalogue/releases/${releaseId}/${what}`, body);
    setAnswered(answer.ok ? null : problemText(answer.problem));
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
      {stateReason === '' ? null : (
        <div class="trouble stack" role="alert">
          <p>
            <strong>{shortHashes(stateReason)}</strong>
          </p>
          <p>
            {wavesTold < waves.length ? 'No further shop is told. ' : 'It was the last wave. '}
            Shops that have applied it sell from it, the others as before.
          </p>
        </div>
      )}
      <progress max={waves.length} value={wavesTold} aria-label="Waves told" />
      <ol class="waves small">
        {waves.map((wave, at) => (
          <li key={at} class="wave">
            <strong>
              {waves.length > 1 && at === 0 ? 'First' : `Wave ${at + 1}`}
              <span class="soft"> {at < wavesTold ? 'told' : 'to come'}</span>
            </strong>
            <span class="row">
              {wave.map((store) => (
                <WaveShop
                  key={store}
                  store={store}
                  shop={at < wavesTold ? shops.get(store) : undefined}
                />
              ))}
            </span>
          </li>
        ))}
      </ol>
      <Told text={answered} />
      <div class="row">
        {may('roll-out') && state === 'rolling-out' && wavesTold < waves.length ? (
          <button type="button" class="button" onClick={() => void ask('advance', { wavesTold })}>
            Tell the next wave now
          </button>
        ) : null}
        {may('roll-out') && state === 'halted' ? (
          <button type="button" class="button primary" onClick={() => void ask('resume')}>
            {refusing.length === 0
              ? 'Go on'
              : `Tell ${refusing.map(({ store }) => store).join(', ')} again and go on`}
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

/** A shop of a wave with how far it came; undefined: it was not told yet. */
const WaveShop = ({
  store,
  shop,
}: {
  readonly store: string;
  readonly shop: Standing | undefined;
}) => (
  <Badge tone={shop === undefined ? 'quiet' : (PROGRESS_TONES[shop.progress] ?? 'warn')}>
    {store}
    {shop === undefined ? '' : ` ${words(shop.progress).toLowerCase()}`}
  </Badge>
);

function History({
  releases,
  onChanged,
}: {
  readonly releases: readonly Release[];
  readonly onChanged: () => void;
}) {
  const [told, setTold] = useState<string | null>(null);
  const [sure, setSure] = useState<Release | null>(null);
  const rollBack = async ({ releaseId, note }: Release): Promise<void> => {
    const answer = await post(`/api/catalogue/releases/${releaseId}/roll-back`, {
      note: `Back to release ${releaseId}: ${note}`.slice(0, 500),
    });
    setTold(
      answer.ok ? `Every shop goes back to release ${releaseId}.` : problemText(answer.problem),
    );
    setSure(null);
    if (answer.ok) onChanged();
  };
  return (
    <>
      <Told text={told} />
      {sure === null ? null : (
        <div class="trouble stack" role="alert">
          <p>
            Every shop is told at once to sell from release {sure.releaseId} ({sure.note}) again;
            what is scheduled is cancelled.
          </p>
          <div class="row">
            <button type="button" class="button danger" onClick={() => void rollBack(sure)}>
              Yes, go back to release {sure.releaseId}
            </button>
            <button type="button" class="button" onClick={() => setSure(null)}>
              No
            </button>
          </div>
        </div>
      )}
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
                  {release.stateReason === '' || release.state === 'halted' ? null : (
                    <div class="small soft">{release.stateReason}</div>
                  )}
                </td>
                <td class="number">
                  {at > 0 && may('roll-out') ? (
                    <button type="button" class="button" onClick={() => setSure(release)}>
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
