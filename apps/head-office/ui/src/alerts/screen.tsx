import './alerts.css';
import { useEffect, useState } from 'preact/hooks';
import { count } from '../format.ts';
import { onLive } from '../live.ts';
import { useLoad } from '../load.ts';
import { Empty, PageHead, Told, Trouble } from '../parts/parts.tsx';
import { linkTo, place } from '../router.ts';
import { AlertCard } from './alert-card.tsx';
import { History } from './history.tsx';
import type { Alert, Rules } from './model.ts';
import { RuleList } from './rules.tsx';
import { Silences } from './silences.tsx';
import { Sinks } from './sinks.tsx';

const TABS = [
  ['', 'Open'],
  ['history', 'History'],
  ['silences', 'Silences'],
  ['rules', 'Rules'],
  ['sinks', 'Who is told'],
] as const;

/** What is wrong at the shops, what was, and who hears of it. */
export function AlertsScreen() {
  const [tab = ''] = place.value.rest;
  return (
    <div class="stack">
      <PageHead title="Alerts" lead="What is wrong at the shops, the worst first" />
      <nav class="tabs" aria-label="Alerts">
        {TABS.map(([path, title]) => (
          <a
            key={path}
            href={linkTo(path === '' ? ['alerts'] : ['alerts', path])}
            aria-current={path === tab ? 'page' : undefined}
          >
            {title}
          </a>
        ))}
      </nav>
      {tab === 'history' ? (
        <History />
      ) : tab === 'silences' ? (
        <Silences />
      ) : tab === 'rules' ? (
        <RuleList />
      ) : tab === 'sinks' ? (
        <Sinks />
      ) : (
        <OpenAlerts />
      )}
    </div>
  );
}

const RELOAD_MS = 10_000;

function OpenAlerts() {
  const found = useLoad<{ readonly alerts: readonly Alert[] }>('/api/alerts');
  const rules = useLoad<Rules>('/api/alert-rules');
  const [told, setTold] = useState<string | null>(null);
  const { reload } = found;
  useEffect(() => {
    const offs = [onLive('connected', reload), onLive('alerts', reload)];
    // Their figures go on while nothing else changes.
    const timer = setInterval(reload, RELOAD_MS);
    return () => {
      clearInterval(timer);
      offs.forEach((off) => off());
    };
  }, []);
  if (found.value === null) return <Trouble trouble={found.trouble} onRetry={reload} />;
  const signals = new Map(rules.value?.signals.map((signal) => [signal.name, signal]));
  const done = (text: string): void => {
    setTold(text);
    reload();
  };
  const { alerts } = found.value;
  const follows = alerts.filter(({ inhibitedBy }) => inhibitedBy !== null);
  const causes = alerts.filter(({ inhibitedBy }) => inhibitedBy === null);
  return (
    <>
      <Trouble trouble={found.trouble} onRetry={reload} />
      <Told text={told} />
      {alerts.length === 0 ? (
        <Empty title="Nothing is wrong">Every shop is as the rules want it.</Empty>
      ) : null}
      <ul class="alert-list" aria-label="Open alerts">
        {causes.map((alert) => (
          <AlertCard key={alert.alertId} alert={alert} signals={signals} onDone={done} />
        ))}
      </ul>
      {follows.length === 0 ? null : (
        <details>
          <summary>
            {count(follows.length)} that {follows.length === 1 ? 'follows' : 'follow'} from these
          </summary>
          <ul class="alert-list">
            {follows.map((alert) => (
              <AlertCard key={alert.alertId} alert={alert} signals={signals} onDone={done} />
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
