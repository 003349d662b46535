import { useState } from 'preact/hooks';
import { post, problemText } from '../api.ts';
import { momentText } from '../format.ts';
import { useFirstField } from '../parts/first-field.ts';
import { Input, Told } from '../parts/parts.tsx';
import type { Shop } from '../shops.ts';
import type { Joining } from './model.ts';

interface Props {
  readonly brokerUrl: string;
  readonly shops: readonly Shop[];
  readonly onDone: () => void;
}

/** The first code no shop has. */
function freeCode(shops: readonly Shop[]): string {
  const numbers = shops.map(({ store }) => Number(store.slice(1)));
  return `S${String(Math.max(0, ...numbers) + 1).padStart(2, '0')}`;
}

/** Makes a join file for a new shop, or for a shop's new machine. */
export function ProvisionForm({ brokerUrl, shops, onDone }: Props) {
  const [isOpen, setOpen] = useState(false);
  const [joining, setJoining] = useState<Joining | null>(null);
  if (joining !== null) return <JoiningView joining={joining} onClose={() => setJoining(null)} />;
  if (!isOpen) {
    return (
      <div>
        <button type="button" class="button primary" onClick={() => setOpen(true)}>
          Provision a shop
        </button>
      </div>
    );
  }
  return (
    <Form
      brokerUrl={brokerUrl}
      shops={shops}
      onMade={(made) => {
        setJoining(made);
        setOpen(false);
        onDone();
      }}
      onClose={() => setOpen(false)}
    />
  );
}

interface FormProps extends Pick<Props, 'brokerUrl' | 'shops'> {
  readonly onMade: (joining: Joining) => void;
  readonly onClose: () => void;
}

function Form({ brokerUrl, shops, onMade, onClose }: FormProps) {
  const form = useFirstField();
  const [store, setStore] = useState(freeCode(shops));
  const [name, setName] = useState('');
  const [timeZone, setTimeZone] = useState('Europe/London');
  const [rollover, setRollover] = useState('04:00');
  const [url, setUrl] = useState(brokerUrl);
  const [hours, setHours] = useState('72');
  const [isBusy, setBusy] = useState(false);
  const [told, setTold] = useState<string | null>(null);
  const known = shops.find((shop) => shop.store === store.trim());
  const again = known !== undefined && known.provisionedAt !== null && known.revokedAt === null;
  const make = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    const path = `/api/fleet/stores/${encodeURIComponent(store.trim())}/provision`;
    const answer = await post<Joining>(path, {
      name: name.trim() === '' ? (known?.name ?? '') : name,
      timeZone,
      rollover,
      brokerUrl: url === brokerUrl ? null : url,
      hours: Number(hours),
      again,
    });
    setBusy(false);
    if (answer.ok) onMade(answer.value);
    else setTold(problemText(answer.problem));
  };
  return (
    <form
      ref={form}
      class="card stack"
      aria-label="Provision a shop"
      onSubmit={(event) => void make(event)}
    >
      <h2>Provision a shop</h2>
      <div class="entry-fields">
        <Input label="Code" value={store} onChange={setStore} required />
        <Input
          label="Name"
          value={name}
          onChange={setName}
          placeholder={known?.name ?? ''}
          required={known === undefined}
        />
        <Input label="Time zone" value={timeZone} onChange={setTimeZone} required />
        <Input label="Its day begins at" value={rollover} onChange={setRollover} required />
        <Input label="Broker, as the shop reaches it" value={url} onChange={setUrl} required />
        <Input label="Hours the file can be used" value={hours} onChange={setHours} required />
      </div>
      {again ? (
        <p class="trouble">
          <strong>{store} has a machine already.</strong> A new join file shuts that one out at
          once; what it has not sent yet comes by USB stick.
        </p>
      ) : null}
      <Told text={told} />
      <div class="row">
        <button type="submit" class={`button ${again ? 'danger' : 'primary'}`} disabled={isBusy}>
          {isBusy ? 'Making it…' : again ? 'Shut it out and make a file' : 'Make the join file'}
        </button>
        <button type="button" class="button" onClick={onClose}>
          Cancel
        </button>
      </div>
    </form>
  );
}

function JoiningView({
  joining: { store, fileName, file, code, expiresAtMs, hadJournal },
  onClose,
}: {
  readonly joining: Joining;
  readonly onClose: () => void;
}) {
  const [isSaved, setSaved] = useState(false);
  const save = (): void => {
    const address = URL.createObjectURL(new Blob([file], { type: 'application/json' }));
    const link = document.createElement('a');
    link.href = address;
    link.download = fileName;
    link.click();
    URL.revokeObjectURL(address);
    setSaved(true);
  };
  return (
    <section class="card stack joining" aria-labelledby="joining">
      <h2 id="joining">{store} can join</h2>
      <ol class="stack">
        <li class="row">
          <span>1. Take the file to the shop's machine.</span>
          <button type="button" class="button primary" onClick={save}>
            Download {fileName}
          </button>
        </li>
        <li class="stack tight">
          <span>2. Tell whoever installs it this code, by another way than the file:</span>
          <output class="join-code" aria-label="One-time code">
            {code}
          </output>
          <strong>It is shown only now and kept nowhere.</strong>
        </li>
        <li class="stack tight">
          <span>3. There, until {momentText(expiresAtMs)}:</span>
          <code class="raw">tillwire kiosk join {fileName} --code … --dir DIR</code>
        </li>
      </ol>
      {hadJournal ? (
        <p class="soft">Its journal is held here: the new machine goes on above it.</p>
      ) : null}
      <div>
        <button type="button" class="button" disabled={!isSaved} onClick={onClose}>
          {isSaved ? 'I have both: forget the code' : 'Download the file first'}
        </button>
      </div>
    </section>
  );
}
