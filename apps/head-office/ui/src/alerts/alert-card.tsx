import { useState } from 'preact/hooks';
import { post, problemText } from '../api.ts';
import { age, momentText, timeText, words } from '../format.ts';
import { now } from '../live.ts';
import { Badge, Input, Select } from '../parts/parts.tsx';
import { linkTo } from '../router.ts';
import { may } from '../session.ts';
import { useFirstField } from '../parts/first-field.ts';
import { type Alert, figure, SEVERITY_TONES, shopText, type Signal } from './model.ts';

interface CardProps {
  readonly alert: Alert;
  readonly signals: ReadonlyMap<string, Signal>;
  readonly onDone: (text: string) => void;
}

const DURATIONS = [
  { value: '60', label: '1 hour' },
  { value: '240', label: '4 hours' },
  { value: '1440', label: '1 day' },
  { value: '10080', label: '1 week' },
];

/** One open alert, with what can be done about it in place. */
export function AlertCard({ alert, signals, onDone }: CardProps) {
  const [doing, setDoing] = useState<'acknowledge' | 'silence' | null>(null);
  const signal = signals.get(alert.signal ?? '');
  const isQuiet = alert.inhibitedBy !== null || alert.silencedUntil !== null;
  return (
    <li class={`card alert ${alert.severity} ${isQuiet ? 'quiet' : ''}`}>
      <div class="row between">
        <div>
          <h2>
            {alert.title}
            {': '}
            {alert.store === '' ? (
              shopText('')
            ) : (
              <a href={linkTo(['shops', alert.store])}>{alert.store}</a>
            )}
          </h2>
          <p class="small soft">
            {figure(signal, alert.value)} {signal?.about}, limit {figure(signal, alert.threshold)}
            {'. '}
            For {age((now.value - Date.parse(alert.since)) / 1000)}, since {momentText(alert.since)}
            .
          </p>
        </div>
        <div class="row">
          <Badge tone={SEVERITY_TONES[alert.severity]}>{words(alert.severity)}</Badge>
          <States alert={alert} />
        </div>
      </div>
      {alert.note === '' ? null : <p>“{alert.note}”</p>}
      {may('operate') ? (
        doing === null ? (
          <div class="row">
            {alert.state === 'firing' && alert.acknowledgedBy === null ? (
              <button type="button" class="button" onClick={() => setDoing('acknowledge')}>
                Acknowledge
              </button>
            ) : null}
            <button type="button" class="button" onClick={() => setDoing('silence')}>
              Silence
            </button>
          </div>
        ) : (
          <ActForm alert={alert} doing={doing} onDone={onDone} onClose={() => setDoing(null)} />
        )
      ) : null}
    </li>
  );
}

const States = ({ alert }: { readonly alert: Alert }) => (
  <>
    {alert.state === 'pending' ? <Badge tone="quiet">Pending</Badge> : null}
    {alert.acknowledgedBy === null ? null : (
      <Badge tone="good">{`${alert.acknowledgedBy} looks after it`}</Badge>
    )}
    {alert.silencedUntil === null ? null : (
      <Badge tone="quiet">Silenced until {timeText(alert.silencedUntil)}</Badge>
    )}
    {alert.inhibitedBy === null ? null : (
      <Badge tone="quiet">{`Follows from: ${alert.inhibitedBy}`}</Badge>
    )}
  </>
);

function ActForm({
  alert,
  doing,
  onDone,
  onClose,
}: Pick<CardProps, 'alert' | 'onDone'> & {
  readonly doing: 'acknowledge' | 'silence';
  readonly onClose: () => void;
}) {
  const form = useFirstField();
  const [note, setNote] = useState('');
  const [minutes, setMinutes] = useState('60');
  const [fault, setFault] = useState<string | null>(null);
  const act = async (event: Event): Promise<void> => {
    event.preventDefault();
    const answer =
      doing === 'acknowledge'
        ? await post(`/api/alerts/${alert.alertId}/acknowledge`, { note })
        : await post('/api/alert-silences', {
            rule: alert.ruleId,
            store: alert.store === '' ? null : alert.store,
            minutes: Number(minutes),
            note,
          });
    if (!answer.ok) return setFault(problemText(answer.problem));
    onClose();
    onDone(doing === 'acknowledge' ? 'Acknowledged.' : 'Silenced.');
  };
  return (
    <form ref={form} class="filters" onSubmit={(event) => void act(event)}>
      <div class="grow">
        <Input
          label={doing === 'acknowledge' ? 'Note (what you do about it)' : 'Why'}
          value={note}
          onChange={setNote}
          required={doing === 'silence'}
        />
      </div>
      {doing === 'silence' ? (
        <Select label="For" value={minutes} onChange={setMinutes} options={DURATIONS} />
      ) : null}
      <button type="submit" class="button primary">
        {doing === 'acknowledge' ? 'I look after it' : 'Silence it'}
      </button>
      <button type="button" class="button" onClick={onClose}>
        Cancel
      </button>
      {fault === null ? null : <p role="alert">{fault}</p>}
    </form>
  );
}
