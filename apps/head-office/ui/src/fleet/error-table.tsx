import { momentText, words } from '../format.ts';
import { TableScroll } from '../parts/parts.tsx';
import type { ErrorEvent } from './model.ts';

const factsText = (facts: ErrorEvent['facts']): string =>
  Object.entries(facts)
    .map(([name, value]) => `${words(name.replaceAll('_', '-')).toLowerCase()} ${String(value)}`)
    .join(', ');

/** What shops reported, the last first; of one shop without its name. */
export const ErrorTable = ({
  errors,
  isOneShop,
}: {
  readonly errors: readonly ErrorEvent[];
  readonly isOneShop: boolean;
}) => (
  <TableScroll label="Error events">
    <table class="table">
      <thead>
        <tr>
          <th scope="col">When</th>
          {isOneShop ? null : <th scope="col">Shop</th>}
          <th scope="col">What</th>
          <th scope="col" class="number">
            Times
          </th>
        </tr>
      </thead>
      <tbody>
        {errors.map((event) => (
          <tr key={`${event.store} ${event.errorId}`}>
            <td class="nowrap">{momentText(event.receivedAt)}</td>
            {isOneShop ? null : (
              <td>
                <a href={`#/shops/${event.store}`}>{event.store}</a>
              </td>
            )}
            <th scope="row">
              {words(event.code)}
              <p class="small soft">{event.message}</p>
              {Object.keys(event.facts).length === 0 ? null : (
                <p class="small soft mono">{factsText(event.facts)}</p>
              )}
            </th>
            <td class="number">{event.count}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </TableScroll>
);
