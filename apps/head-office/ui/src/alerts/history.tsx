import { age, momentText, words } from '../format.ts';
import { MoreButton, usePages } from '../load-pages.tsx';
import { Badge, Empty, TableScroll, Trouble } from '../parts/parts.tsx';
import { type Alert, SEVERITY_TONES, shopText } from './model.ts';

interface Page {
  readonly alerts: readonly Alert[];
  readonly next?: number;
}

const PATH = '/api/alerts?state=resolved&limit=50';

/** What was wrong and is over, the last first. */
export function History() {
  const { pages, first, more } = usePages<Page>(PATH, 'before');
  if (first.value === null) return <Trouble trouble={first.trouble} onRetry={first.reload} />;
  const alerts = pages.flatMap((page) => page.alerts);
  if (alerts.length === 0) {
    return <Empty title="No history yet">An alert appears here once it is over.</Empty>;
  }
  return (
    <>
      <TableScroll label="Alerts that are over">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Alert</th>
              <th scope="col">Shop</th>
              <th scope="col">Severity</th>
              <th scope="col">Since</th>
              <th scope="col" class="number">
                For
              </th>
              <th scope="col">Looked after by</th>
            </tr>
          </thead>
          <tbody>
            {alerts.map((alert) => (
              <tr key={alert.alertId}>
                <th scope="row">{alert.title}</th>
                <td>{shopText(alert.store)}</td>
                <td>
                  <Badge tone={SEVERITY_TONES[alert.severity]}>{words(alert.severity)}</Badge>
                </td>
                <td>{momentText(alert.since)}</td>
                <td class="number">
                  {age((Date.parse(alert.resolvedAt ?? '') - Date.parse(alert.since)) / 1000)}
                </td>
                <td>
                  {alert.acknowledgedBy ?? '–'}
                  {alert.note === '' ? null : <div class="small soft">“{alert.note}”</div>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
      <MoreButton more={more}>Older alerts</MoreButton>
    </>
  );
}
