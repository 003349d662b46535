import '../catalogue/catalogue.css';
import './fleet.css';
import { useOverview } from '../overview/use-overview.ts';
import { PageHead, Trouble } from '../parts/parts.tsx';
import { linkTo, place } from '../router.ts';
import { AccessTab } from './access.tsx';
import { Settings } from './settings.tsx';
import { Errors } from './errors.tsx';
import { Machines } from './machines.tsx';

const TABS = [
  ['', 'Machines'],
  ['access', 'Access'],
  ['settings', 'Settings'],
  ['errors', 'Error events'],
] as const;

/** The shops' machines: what runs there, what lets them in, what they are told, and what they complain of. */
export function FleetScreen() {
  const [tab = ''] = place.value.rest;
  const overview = useOverview();
  const shops = overview.value?.stores ?? [];
  return (
    <div class="stack">
      <PageHead title="Fleet" lead="What runs in the shops, and what it is told" />
      <nav class="tabs" aria-label="Fleet">
        {TABS.map(([path, title]) => (
          <a
            key={path}
            href={linkTo(path === '' ? ['fleet'] : ['fleet', path])}
            aria-current={path === tab ? 'page' : undefined}
          >
            {title}
          </a>
        ))}
      </nav>
      <Trouble trouble={overview.trouble} onRetry={overview.reload} />
      {tab === 'errors' ? (
        <Errors />
      ) : overview.value === null ? null : tab === 'access' ? (
        <AccessTab shops={shops} onChanged={overview.reload} />
      ) : tab === 'settings' ? (
        <Settings shops={shops} />
      ) : (
        <Machines shops={shops} />
      )}
    </div>
  );
}
