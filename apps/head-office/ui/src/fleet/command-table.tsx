import { momentText, words } from '../format.ts';
import { Badge, Empty, TableScroll, type Tone } from '../parts/parts.tsx';

/** A command to a shop, with what became of it. */
export interface Sent {
  readonly commandId: string;
  readonly store: string;
  readonly command: { readonly name: string };
  readonly sentBy: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly outcome: string | null;
  readonly detail: string;
  readonly answeredAtMs: number | null;
}

const OUTCOMES: Readonly<Record<string, Tone>> = {
  done: 'good',
  failed: 'danger',
  expired: 'warn',
};

/** Commands, newest first. */
export const Commands = ({ commands }: { readonly commands: readonly Sent[] }) =>
  commands.length === 0 ? (
    <Empty title="No commands yet">What is sent, and what became of it, shows here.</Empty>
  ) : (
    <TableScroll label="Commands">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">Sent</th>
            <th scope="col">Shop</th>
            <th scope="col">Command</th>
            <th scope="col">By</th>
            <th scope="col">Outcome</th>
          </tr>
        </thead>
        <tbody>
          {commands.map((sent) => (
            <tr key={sent.commandId}>
              <td>{momentText(sent.createdAtMs)}</td>
              <th scope="row">{sent.store}</th>
              <td>{words(sent.command.name)}</td>
              <td>{sent.sentBy}</td>
              <td>
                {sent.outcome === null ? (
                  <Badge tone="quiet">On its way</Badge>
                ) : (
                  <Badge tone={OUTCOMES[sent.outcome] ?? 'quiet'}>{words(sent.outcome)}</Badge>
                )}{' '}
                <span class="small soft">{sent.detail}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
