import { age, momentText, words } from '../format.ts';
import { Badge, TableScroll, type Tone } from '../parts/parts.tsx';

/** A command to a shop, with what became of it. */
export interface Sent {
  readonly commandId: string;
  readonly store: string;
  readonly command: { readonly name: string; readonly level?: string };
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

const nameOf = ({ command }: Sent): string =>
  command.level === undefined ? words(command.name) : `Log level ${command.level}`;

const waitText = (ms: number): string => (ms < 1000 ? `${ms} ms` : age(ms / 1000));

/** Commands, newest first; of one shop without its name. */
export const Commands = ({
  commands,
  isOneShop,
}: {
  readonly commands: readonly Sent[];
  readonly isOneShop: boolean;
}) => (
  <TableScroll label="Commands sent">
    <table class="table">
      <thead>
        <tr>
          <th scope="col">Sent</th>
          {isOneShop ? null : <th scope="col">Shop</th>}
          <th scope="col">Command</th>
          <th scope="col">By</th>
          <th scope="col">Outcome</th>
        </tr>
      </thead>
      <tbody>
        {commands.map((sent) => (
          <tr key={sent.commandId}>
            <td class="nowrap">{momentText(sent.createdAtMs)}</td>
            {isOneShop ? null : (
              <td>
                <a href={`#/shops/${sent.store}`}>{sent.store}</a>
              </td>
            )}
            <th scope="row">{nameOf(sent)}</th>
            <td>{sent.sentBy}</td>
            <td>
              {sent.outcome === null ? (
                <Badge tone="quiet">On its way</Badge>
              ) : (
                <Badge tone={OUTCOMES[sent.outcome] ?? 'quiet'}>{words(sent.outcome)}</Badge>
              )}{' '}
              <span class="small soft">
                {sent.answeredAtMs === null
                  ? ''
                  : `after ${waitText(sent.answeredAtMs - sent.createdAtMs)}. `}
                {sent.detail}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </TableScroll>
);
