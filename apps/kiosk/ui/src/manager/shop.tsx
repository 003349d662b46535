import { count, dateText, duration, timeText } from '../format.ts';
import { useFetched } from './fetched.ts';
import { Facts, Trouble, Waiting } from './parts.tsx';
import { Table } from './table.tsx';

/** `GET /api/sync`. */
interface SyncStatus {
  readonly link: 'up' | 'down';
  readonly unsent: { readonly count: number; readonly oldestAgeS: number | null };
  readonly parked: number;
  readonly epochs: readonly {
    readonly journalEpoch: number;
    readonly head: number;
    readonly completeThrough: number;
  }[];
  readonly acknowledgedAt: string | null;
  readonly safeToPowerOff: boolean;
}

/** `GET /api/catalogue/status`. */
interface CatalogueStatus {
  readonly configVersion: number;
  readonly inForce: {
    readonly version: number;
    readonly source: 'head-office' | 'file';
    readonly since: string | null;
    readonly products: number;
    readonly combos: number;
    readonly channels: number;
  } | null;
  readonly staged: readonly {
    readonly version: number;
    readonly part: 'now' | 'next';
    readonly isInForce: boolean;
    readonly from: string | null;
  }[];
  readonly newest: number | null;
}

/** `GET /api/diagnostics`. */
export interface Diagnostics {
  readonly store: string;
  readonly version: string;
  readonly now: string;
  readonly timeZone: string;
  readonly upS: number;
  readonly database: 'sqlite' | 'postgres';
  readonly diskFreeBytes: number;
  readonly diskBytes: number;
  readonly memoryBytes: number;
  readonly lastBackupAt: string | null;
  readonly lastZ: string | null;
  readonly clockDoubted: boolean;
  readonly clockAhead: boolean;
  readonly errors: readonly {
    readonly at: string;
    readonly code: string;
    readonly message: string;
    readonly count: number;
  }[];
}

const whenText = (instant: string): string =>
  `${dateText(instant.slice(0, 10))}, ${timeText(instant)}`;

/** Whether everything sold here is at Head Office as well. */
export function SyncPage() {
  const status = useFetched<SyncStatus>('/api/sync', ['sync', 'order', 'day']);
  const shown = status.value.value;
  if (shown === null) {
    return status.trouble.value === '' ? <Waiting /> : <Trouble text={status.trouble.value} />;
  }
  const { safeToPowerOff: isSafe, unsent, link, parked } = shown;
  return (
    <>
      <Trouble text={status.trouble.value} />
      <section class={`card power ${isSafe ? 'safe' : 'unsafe'}`} role="status">
        <span class="power-light" aria-hidden="true">
          {isSafe ? '✓' : '!'}
        </span>
        <div>
          <p class="power-title">
            {isSafe ? 'All sent: safe to power off' : 'Not safe to power off'}
          </p>
          <p>
            {isSafe
              ? 'Head Office has everything that was sold here.'
              : `${count(unsent.count)} ${unsent.count === 1 ? 'event exists' : 'events exist'} here alone${
                  unsent.oldestAgeS === null
                    ? ''
                    : `, the oldest for ${duration(unsent.oldestAgeS)}`
                }. ${link === 'up' ? 'They are on their way.' : 'The line is down; selling goes on.'}`}
          </p>
        </div>
      </section>
      <section class="card" aria-labelledby="sync-title">
        <h2 id="sync-title">Sent and unsent</h2>
        <Facts
          facts={[
            ['Line', link === 'up' ? '● Online' : '○ Offline'],
            ['Unsent', count(unsent.count)],
            ['Oldest unsent', unsent.oldestAgeS === null ? 'None' : duration(unsent.oldestAgeS)],
            [
              'Parked at Head Office',
              parked === 0 ? 'None' : `${count(parked)}: operations look at them`,
            ],
            [
              'Last acknowledged',
              shown.acknowledgedAt === null ? 'Never' : whenText(shown.acknowledgedAt),
            ],
          ]}
        />
        <Table
          caption="What Head Office has of each journal epoch"
          columns={['Epoch', 'Made here', 'Complete at Head Office', 'Behind']}
          rows={shown.epochs.map(({ journalEpoch, head, completeThrough }) => [
            String(journalEpoch),
            head,
            completeThrough,
            head - completeThrough,
          ])}
        />
      </section>
    </>
  );
}

/** What the shop sells from, and what is about to be. */
export function CataloguePage() {
  const status = useFetched<CatalogueStatus>('/api/catalogue/status', ['catalogue']);
  const shown = status.value.value;
  if (shown === null) {
    return status.trouble.value === '' ? <Waiting /> : <Trouble text={status.trouble.value} />;
  }
  const { inForce } = shown;
  return (
    <>
      <Trouble text={status.trouble.value} />
      <section class="card" aria-labelledby="catalogue-title">
        <h2 id="catalogue-title">In force</h2>
        {inForce === null ? (
          <p>No catalogue has come yet: nothing can be sold.</p>
        ) : (
          <>
            <p class="day-gross">Version {inForce.version}</p>
            <Facts
              facts={[
                [
                  'From',
                  inForce.source === 'file' ? 'A file, until Head Office sends one' : 'Head Office',
                ],
                [
                  'Since',
                  inForce.since === null ? 'The kiosk was set up' : whenText(inForce.since),
                ],
                ['Products', count(inForce.products)],
                ['Combos', count(inForce.combos)],
                ['Channels', count(inForce.channels)],
                [
                  'Config',
                  shown.configVersion === 0 ? 'None came yet' : `Version ${shown.configVersion}`,
                ],
                ['Newest sent', shown.newest === null ? 'None' : `Version ${shown.newest}`],
              ]}
            />
          </>
        )}
      </section>
      <section class="card" aria-labelledby="staged-title">
        <h2 id="staged-title">Staged</h2>
        {shown.staged.length === 0 ? (
          <p class="soft">Nothing waits. What Head Office publishes is checked and staged here.</p>
        ) : (
          <Table
            caption="Catalogues checked and kept"
            columns={['Version', 'State', 'From']}
            rows={shown.staged.map(({ version, part, isInForce, from }) => [
              `Version ${version}${part === 'next' ? ', later part' : ''}`,
              isInForce ? '● In force' : '○ Waiting',
              from === null ? 'At once' : whenText(from),
            ])}
          />
        )}
      </section>
    </>
  );
}

const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GB`;

/** How the kiosk itself is. */
export function DiagnosticsPage() {
  const status = useFetched<Diagnostics>('/api/diagnostics', ['sync', 'day']);
  const sync = useFetched<SyncStatus>('/api/sync', ['sync']);
  const shown = status.value.value;
  if (shown === null) {
    return status.trouble.value === '' ? <Waiting /> : <Trouble text={status.trouble.value} />;
  }
  const link = sync.value.value?.link;
  const { errors } = shown;
  return (
    <>
      <Trouble text={status.trouble.value} />
      <section class="card" aria-labelledby="kiosk-title">
        <h2 id="kiosk-title">Kiosk {shown.store}</h2>
        <Facts
          facts={[
            ['Software', shown.version],
            ['Line', link === undefined ? '…' : link === 'up' ? '● Online' : '○ Offline'],
            ['Clock', `${whenText(shown.now)} (${shown.timeZone})`],
            ['Running for', duration(shown.upS)],
            ['Database', shown.database === 'sqlite' ? 'SQLite' : 'PostgreSQL'],
            [
              'Disk',
              `${gibibytes(shown.diskFreeBytes)} free of ${gibibytes(shown.diskBytes)}${
                shown.diskFreeBytes < 2 ** 30 ? ': nearly full' : ''
              }`,
            ],
            ['Memory', `${Math.round(shown.memoryBytes / 2 ** 20)} MB`],
            [
              'Last backup',
              shown.lastBackupAt === null
                ? shown.database === 'postgres'
                  ? 'By PostgreSQL’s own tools'
                  : 'None yet'
                : whenText(shown.lastBackupAt),
            ],
            ['Last Z', shown.lastZ === null ? 'None yet' : dateText(shown.lastZ)],
          ]}
        />
      </section>
      <section class="card" aria-labelledby="errors-title">
        <h2 id="errors-title">Errors Head Office has not acknowledged</h2>
        {errors.length === 0 ? (
          <p class="soft">None.</p>
        ) : (
          <Table
            caption="Errors not acknowledged"
            columns={['When', 'What', 'Times', 'Said']}
            rows={errors.map(({ at, code, message, count: times }) => [
              whenText(at),
              code,
              times,
              message,
            ])}
          />
        )}
      </section>
    </>
  );
}
