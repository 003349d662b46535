import { useState } from 'preact/hooks';
import { del, post, problemText } from '../api.ts';
import { momentText, words } from '../format.ts';
import { useLoad } from '../load.ts';
import { Badge, Empty, Input, Select, TableScroll, Told, Trouble } from '../parts/parts.tsx';
import { may } from '../session.ts';
import { type Delivery, SEVERITIES, type Sink } from './model.ts';

interface Found {
  readonly sinks: readonly Sink[];
  readonly deliveries: readonly Delivery[];
}

/** Whom alerts are told besides this page, and what they were told lately. */
export function Sinks() {
  const found = useLoad<Found>('/api/alert-sinks');
  const [told, setTold] = useState<string | null>(null);
  if (found.value === null) return <Trouble trouble={found.trouble} onRetry={found.reload} />;
  const { sinks, deliveries } = found.value;
  const done = (text: string): void => {
    setTold(text);
    found.reload();
  };
  return (
    <>
      <Told text={told} />
      {sinks.length === 0 ? (
        <Empty title="Nobody is told">
          Alerts are on this page alone until an admin says more.
        </Empty>
      ) : (
        <SinkTable sinks={sinks} onDone={done} />
      )}
      {may('manage-fleet') ? <SinkForm onDone={done} /> : null}
      {deliveries.length === 0 ? null : <Deliveries deliveries={deliveries} />}
    </>
  );
}

const whereOf = ({ settings }: Sink): string =>
  settings.kind === 'webhook'
    ? settings.url
    : `${settings.to.join(', ')} by ${settings.host}:${settings.port}`;

function SinkTable({
  sinks,
  onDone,
}: {
  readonly sinks: readonly Sink[];
  readonly onDone: (text: string) => void;
}) {
  const test = async ({ sinkId, name }: Sink): Promise<void> => {
    const answer = await post(`/api/alert-sinks/${sinkId}/test`);
    onDone(answer.ok ? `A test is on its way to ${name}.` : problemText(answer.problem));
  };
  const remove = async ({ sinkId, name }: Sink): Promise<void> => {
    const answer = await del(`/api/alert-sinks/${sinkId}`);
    onDone(answer.ok ? `${name} is told no more.` : problemText(answer.problem));
  };
  return (
    <TableScroll label="Who is told">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Where</th>
            <th scope="col">From</th>
            <th scope="col">Secret</th>
            <th scope="col">
              <span class="visually-hidden">What to do</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {sinks.map((sink) => (
            <tr key={sink.sinkId}>
              <th scope="row">{sink.name}</th>
              <td>{whereOf(sink)}</td>
              <td>{words(sink.minSeverity)}</td>
              <td>{sink.hasSecret ? 'set' : 'none'}</td>
              <td>
                {may('manage-fleet') ? (
                  <div class="row">
                    <button type="button" class="button" onClick={() => void test(sink)}>
                      Test {sink.name}
                    </button>
                    <button type="button" class="button danger" onClick={() => void remove(sink)}>
                      Remove {sink.name}
                    </button>
                  </div>
                ) : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}

function SinkForm({ onDone }: { readonly onDone: (text: string) => void }) {
  const [kind, setKind] = useState('webhook');
  const [given, setGiven] = useState<Readonly<Record<string, string>>>({ port: '587' });
  const [minSeverity, setMinSeverity] = useState('warning');
  const [fault, setFault] = useState<string | null>(null);
  const field = (name: string) => ({
    value: given[name] ?? '',
    onChange: (value: string) => setGiven({ ...given, [name]: value }),
  });
  const add = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { name = '', url = '', host = '', port = '', user = '', from = '', to = '' } = given;
    const settings =
      kind === 'webhook'
        ? { kind, url }
        : {
            kind,
            host,
            port: Number(port),
            implicitTls: port === '465',
            user: user === '' ? null : user,
            from,
            to: to.split(/[\s,]+/).filter((one) => one !== ''),
          };
    const secret = given['secret'] === undefined || given['secret'] === '' ? null : given['secret'];
    const answer = await post('/api/alert-sinks', { name, settings, minSeverity, secret });
    if (!answer.ok) return setFault(problemText(answer.problem));
    setGiven({ port: '587' });
    setFault(null);
    onDone(`${name} is told from now on.`);
  };
  return (
    <form class="card stack" onSubmit={(event) => void add(event)}>
      <h2>Tell somebody more</h2>
      <div class="rule-form">
        <Select
          label="How"
          value={kind}
          onChange={setKind}
          options={[
            { value: 'webhook', label: 'Webhook, signed' },
            { value: 'smtp', label: 'Mail' },
          ]}
        />
        <Input label="Name" {...field('name')} required />
        {kind === 'webhook' ? (
          <Input label="Address" {...field('url')} placeholder="https://…" required />
        ) : (
          <>
            <Input label="Mail server" {...field('host')} required />
            <Input label="Port (465: TLS at once)" {...field('port')} required />
            <Input label="User (none: no sign-in)" {...field('user')} autoComplete="off" />
            <Input label="From" {...field('from')} required />
            <Input label="To" {...field('to')} required />
          </>
        )}
        <Input
          label={kind === 'webhook' ? 'Key it is signed with' : 'Password'}
          {...field('secret')}
          isSecret
          autoComplete="new-password"
        />
        <Select
          label="From severity"
          value={minSeverity}
          onChange={setMinSeverity}
          options={SEVERITIES.map((value) => ({ value, label: words(value) }))}
        />
      </div>
      {fault === null ? null : (
        <p class="trouble" role="alert">
          {fault}
        </p>
      )}
      <div class="row">
        <button type="submit" class="button primary">
          Add
        </button>
      </div>
    </form>
  );
}

const TONES = { waiting: 'warn', delivered: 'good', 'given-up': 'danger' } as const;

const Deliveries = ({ deliveries }: { readonly deliveries: readonly Delivery[] }) => (
  <section class="stack" aria-labelledby="deliveries">
    <h2 id="deliveries">Told lately</h2>
    <TableScroll label="Messages">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">Message</th>
            <th scope="col">To</th>
            <th scope="col">At</th>
            <th scope="col">State</th>
          </tr>
        </thead>
        <tbody>
          {deliveries.map((one) => (
            <tr key={one.deliveryId}>
              <th scope="row">{one.subject}</th>
              <td>{one.sink}</td>
              <td>{momentText(one.createdAt)}</td>
              <td>
                <Badge tone={TONES[one.state]}>{words(one.state)}</Badge>
                {one.lastError === '' ? null : (
                  <div class="small soft">
                    {one.lastError}, tried {one.attempts}×
                  </div>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  </section>
);
