import { useState } from 'preact/hooks';
import { post, problemText } from '../api.ts';
import { age, dateText, momentText } from '../format.ts';
import { now } from '../live.ts';
import { useLoad } from '../load.ts';
import { ChooseAll, ChooseOne } from '../parts/choose.tsx';
import { BatchProgress, useBatch } from '../parts/batch.tsx';
import { useFirstField } from '../parts/first-field.ts';
import { Badge, Empty, Input, TableScroll, Told, Trouble } from '../parts/parts.tsx';
import { may } from '../session.ts';
import type { Shop } from '../shops.ts';
import type { Access, Credential } from './model.ts';
import { ProvisionForm } from './provision-form.tsx';
import { SigningKeys } from './signing-keys.tsx';

/** What lets shops in, and who is let in by it. */
export function AccessTab({
  shops,
  onChanged,
}: {
  readonly shops: readonly Shop[];
  readonly onChanged: () => void;
}) {
  const found = useLoad<Access>('/api/fleet/access');
  const access = found.value;
  if (access === null) return <Trouble trouble={found.trouble} onRetry={found.reload} />;
  const changed = (): void => {
    found.reload();
    onChanged();
  };
  return (
    <>
      <Trouble trouble={found.trouble} onRetry={found.reload} />
      {access.brokerUrl === null ? (
        <p class="card soft">
          This Head Office has no account that may change the broker's: shops are let in where{' '}
          <code>MQTT_ADMIN</code> is set.
        </p>
      ) : null}
      {may('manage-fleet') && access.brokerUrl !== null ? (
        <ProvisionForm brokerUrl={access.brokerUrl} shops={shops} onDone={changed} />
      ) : null}
      <Credentials access={access} shops={shops} onChanged={changed} />
      <div class="studio-pair">
        <SigningKeys signing={access.signing} onChanged={found.reload} />
        <Certificates certificates={access.certificates} />
      </div>
    </>
  );
}

interface CredentialsProps {
  readonly access: Access;
  readonly shops: readonly Shop[];
  readonly onChanged: () => void;
}

function Credentials({ access, shops, onChanged }: CredentialsProps) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const batch = useBatch();
  const [revoking, setRevoking] = useState<string | null>(null);
  const byStore = Map.groupBy(access.credentials, ({ store }) => store);
  const stores = [...chosen].toSorted();
  const mayChange = may('manage-fleet') && access.brokerUrl !== null;
  const rotate = async (): Promise<void> => {
    await batch.run(stores, (store) => post(`/api/fleet/stores/${store}/rotate`));
    setChosen(new Set());
    onChanged();
  };
  return (
    <section class="stack" aria-labelledby="credentials">
      <div class="row between">
        <div>
          <h2 id="credentials">Credentials</h2>
          <p class="small soft">
            Rotated after {access.rotateAfterDays} days by themselves, and once a join file was
            used. Old and new are both valid until the shop proves the new one.
          </p>
        </div>
        {mayChange ? (
          <button
            type="button"
            class="button primary"
            disabled={stores.length === 0 || batch.batch?.state === 'running'}
            onClick={() => void rotate()}
          >
            {stores.length < 2 ? 'Rotate now' : `Rotate ${stores.length} now`}
          </button>
        ) : null}
      </div>
      <BatchProgress runner={batch} />
      {revoking === null ? null : (
        <RevokeForm
          store={revoking}
          onDone={() => {
            setRevoking(null);
            onChanged();
          }}
          onClose={() => setRevoking(null)}
        />
      )}
      {shops.length === 0 ? (
        <Empty title="No shops yet">Provision the first one above.</Empty>
      ) : (
        <TableScroll label="Shops and what lets them in">
          <table class="table">
            <thead>
              <tr>
                {mayChange ? (
                  <th scope="col">
                    <ChooseAll
                      stores={shops.map(({ store }) => store)}
                      chosen={chosen}
                      onChoose={setChosen}
                    />
                  </th>
                ) : null}
                <th scope="col">Shop</th>
                <th scope="col">Standing</th>
                <th scope="col">Gets in as</th>
                <th scope="col">Since</th>
                <th scope="col">Rotated by policy</th>
                {mayChange ? (
                  <th scope="col">
                    <span class="visually-hidden">Act on it</span>
                  </th>
                ) : null}
              </tr>
            </thead>
            <tbody>
              {shops.map((shop) => (
                <tr key={shop.store}>
                  {mayChange ? (
                    <td>
                      <ChooseOne store={shop.store} chosen={chosen} onChoose={setChosen} />
                    </td>
                  ) : null}
                  <th scope="row">
                    <a href={`#/shops/${shop.store}`}>{shop.store}</a> {shop.name}
                  </th>
                  <td>
                    <StandingBadge shop={shop} />
                  </td>
                  <CredentialCells credentials={byStore.get(shop.store) ?? []} />
                  {mayChange ? (
                    <td class="number">
                      {shop.revokedAt === null && shop.provisionedAt !== null ? (
                        <button
                          type="button"
                          class="button danger"
                          onClick={() => setRevoking(shop.store)}
                        >
                          Revoke<span class="visually-hidden"> {shop.store}</span>
                        </button>
                      ) : null}
                    </td>
                  ) : null}
                </tr>
              ))}
            </tbody>
          </table>
        </TableScroll>
      )}
    </section>
  );
}

function StandingBadge({ shop }: { readonly shop: Shop }) {
  if (shop.revokedAt !== null) return <Badge tone="danger">Revoked</Badge>;
  if (shop.provisionedAt === null) return <Badge tone="warn">Not provisioned</Badge>;
  return <Badge tone="good">Served</Badge>;
}

/** What is in use, and what is on offer beside it. */
function CredentialCells({ credentials }: { readonly credentials: readonly Credential[] }) {
  const inUse = credentials.find(({ state }) => state === 'in-use');
  const offered = credentials.find(({ state }) => state === 'offered');
  if (inUse === undefined) {
    return (
      <>
        <td class="soft">an account set up by hand</td>
        <td class="soft">–</td>
        <td class="soft">never: it joined without a file</td>
      </>
    );
  }
  const isLate = inUse.dueAtMs !== null && inUse.dueAtMs < now.value;
  return (
    <>
      <td>
        <span class="mono">{inUse.user}</span>{' '}
        <span class="small soft">
          {inUse.certificateUntilMs === null
            ? 'by password'
            : `by certificate until ${momentText(inUse.certificateUntilMs)}`}
        </span>
        {offered === undefined ? null : (
          <div>
            <Badge tone="warn">{`${offered.user} on offer`}</Badge>{' '}
            <span class="small soft">asked for by {offered.requestedBy}</span>
          </div>
        )}
      </td>
      <td>
        {momentText(inUse.createdAtMs)}
        <div class="small soft">
          {inUse.origin === 'join' ? 'by join file' : 'by rotation'}, {inUse.requestedBy}
        </div>
      </td>
      <td>
        {inUse.dueAtMs === null ? (
          '–'
        ) : isLate ? (
          <Badge tone="warn">Due now</Badge>
        ) : (
          `in ${age((inUse.dueAtMs - now.value) / 1000)}`
        )}
      </td>
    </>
  );
}

function RevokeForm({
  store,
  onDone,
  onClose,
}: {
  readonly store: string;
  readonly onDone: () => void;
  readonly onClose: () => void;
}) {
  const form = useFirstField();
  const [note, setNote] = useState('');
  const [told, setTold] = useState<string | null>(null);
  const revoke = async (event: Event): Promise<void> => {
    event.preventDefault();
    const answer = await post(`/api/fleet/stores/${store}/revoke`, { note });
    if (answer.ok) onDone();
    else setTold(problemText(answer.problem));
  };
  return (
    <form
      ref={form}
      class="trouble stack"
      aria-label={`Revoke ${store}`}
      onSubmit={(event) => void revoke(event)}
    >
      <p>
        <strong>{store} is cut off at once</strong> and told nothing any more. It can sell on, but
        what it has not sent comes by USB stick only. It comes back by a new join file.
      </p>
      <div class="filters">
        <div class="grow">
          <Input label="Why" value={note} onChange={setNote} required />
        </div>
        <button type="submit" class="button danger">
          Revoke {store}
        </button>
        <button type="button" class="button" onClick={onClose}>
          Cancel
        </button>
      </div>
      <Told text={told} />
    </form>
  );
}

const WHOSE = {
  broker: 'The broker',
  authority: 'The authority behind it',
  own: 'Head Office',
} as const;
const SOON_MS = 30 * 86_400_000;

const Certificates = ({ certificates }: Pick<Access, 'certificates'>) => (
  <section class="card stack" aria-labelledby="certificates">
    <h2 id="certificates">Certificates</h2>
    {certificates.length === 0 ? (
      <p class="soft">None: this Head Office and its broker talk without TLS, on one machine.</p>
    ) : (
      <ul class="stack tight">
        {certificates.map(({ whose, subject, endsAtMs }) => (
          <li key={`${whose} ${subject} ${endsAtMs}`} class="row between">
            <span>
              <strong>{WHOSE[whose]}</strong> <span class="small soft mono">{subject}</span>
            </span>
            <span class="row">
              until {dateText(new Date(endsAtMs).toISOString().slice(0, 10))}
              {endsAtMs < now.value ? (
                <Badge tone="danger">Has run out</Badge>
              ) : endsAtMs < now.value + SOON_MS ? (
                <Badge tone="warn">in {age((endsAtMs - now.value) / 1000)}</Badge>
              ) : (
                <Badge tone="good">in {age((endsAtMs - now.value) / 1000)}</Badge>
              )}
            </span>
          </li>
        ))}
      </ul>
    )}
  </section>
);
