import { useState } from 'preact/hooks';
import { post, problemText } from '../api.ts';
import { momentText } from '../format.ts';
import { now } from '../live.ts';
import { useLoad } from '../load.ts';
import { Badge, Empty, TableScroll, Told, Trouble } from '../parts/parts.tsx';
import { may } from '../session.ts';
import type { Silence } from './model.ts';

/** What is told nobody for a while, and by whom that was decided. */
export function Silences() {
  const found = useLoad<{ readonly silences: readonly Silence[] }>('/api/alert-silences');
  const [told, setTold] = useState<string | null>(null);
  if (found.value === null) return <Trouble trouble={found.trouble} onRetry={found.reload} />;
  const end = async ({ silenceId }: Silence): Promise<void> => {
    const answer = await post(`/api/alert-silences/${silenceId}/end`);
    setTold(answer.ok ? 'Ended.' : problemText(answer.problem));
    found.reload();
  };
  const { silences } = found.value;
  if (silences.length === 0) {
    return <Empty title="Nothing is silenced">An open alert can be, where it is shown.</Empty>;
  }
  return (
    <>
      <Told text={told} />
      <TableScroll label="Silences">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Rule</th>
              <th scope="col">Shop</th>
              <th scope="col">Why</th>
              <th scope="col">By</th>
              <th scope="col">Until</th>
              <th scope="col">State</th>
            </tr>
          </thead>
          <tbody>
            {silences.map((silence) => {
              const isOn = Date.parse(silence.until) > now.value;
              return (
                <tr key={silence.silenceId}>
                  <th scope="row">{silence.ruleId ?? 'Any'}</th>
                  <td>{silence.store ?? 'Any'}</td>
                  <td>{silence.note}</td>
                  <td>
                    {silence.createdBy}
                    <div class="small soft">{momentText(silence.createdAt)}</div>
                  </td>
                  <td>{momentText(silence.until)}</td>
                  <td>
                    <div class="row">
                      <Badge tone={isOn ? 'warn' : 'quiet'}>{isOn ? 'On' : 'Over'}</Badge>
                      {isOn && may('operate') ? (
                        <button type="button" class="button" onClick={() => void end(silence)}>
                          End
                        </button>
                      ) : null}
                    </div>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </TableScroll>
    </>
  );
}
