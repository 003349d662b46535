import { useMemo } from 'preact/hooks';
import { dateText, money, timeText } from '../format.ts';
import { now } from '../live.ts';
import { hoursBeside } from '../overview/hours.ts';
import type { Hour } from '../shops.ts';
import { Chart } from './chart.tsx';
import { Empty, TableScroll } from './parts.tsx';

interface Props {
  readonly today: string;
  readonly compared: string;
  readonly hours: readonly Hour[];
}

const figure = (pence: number | null): string => (pence === null ? '–' : money(pence));

/** Sales hour by hour, today beside the same weekday a week before, as a chart and as a table. */
export function HoursChart({ today, compared, hours }: Props) {
  const minute = Math.floor(now.value / 60_000);
  const beside = useMemo(
    () => hoursBeside(hours, today, now.value, timeText),
    [hours, today, minute],
  );
  const series = useMemo(
    () => [
      { label: 'Today', values: beside.today },
      { label: dateText(compared), values: beside.compared, dashed: true },
    ],
    [beside, compared],
  );
  if (beside.places.length === 0) {
    return <Empty title="No sales yet today">The day shows here as it is rung up.</Empty>;
  }
  return (
    <>
      <Chart
        summary="Sales by hour today against the same weekday a week before; the table below has the figures"
        places={beside.places}
        series={series}
      />
      <details>
        <summary>Figures as a table</summary>
        <TableScroll label="Sales by hour">
          <table class="table">
            <thead>
              <tr>
                <th scope="col">Hour</th>
                <th scope="col" class="number">
                  Today
                </th>
                <th scope="col" class="number">
                  {dateText(compared)}
                </th>
              </tr>
            </thead>
            <tbody>
              {beside.places.map((place, at) => (
                <tr key={place}>
                  <th scope="row">{place}</th>
                  <td class="number">{figure(beside.today[at] ?? null)}</td>
                  <td class="number">{figure(beside.compared[at] ?? null)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableScroll>
      </details>
    </>
  );
}
