import type { ComponentType } from 'preact';
import { useSignal } from '@preact/signals';
import { lock, me } from '../access/me.ts';
import { post, problemText } from '../api.ts';
import { dateText, timeText } from '../format.ts';
import { place } from '../router.ts';
import { CashUpPage } from './cash-up.tsx';
import { CloseDay } from './close-day.tsx';
import { DayPage } from './day.tsx';
import { useFetched } from './fetched.ts';
import { ReportsPage } from './reports.tsx';
import { CataloguePage, type Diagnostics, DiagnosticsPage, SyncPage } from './shop.tsx';
import './manager.css';

const PAGES: Readonly<Record<string, { readonly title: string; readonly page: ComponentType }>> = {
  day: { title: 'Trading day', page: DayPage },
  'cash-up': { title: 'Cash-up', page: CashUpPage },
  reports: { title: 'Reports', page: ReportsPage },
  catalogue: { title: 'Catalogue', page: CataloguePage },
  sync: { title: 'Sent and unsent', page: SyncPage },
  diagnostics: { title: 'Diagnostics', page: DiagnosticsPage },
};

/** The shop's office: its day, its drawer, its figures, and how the kiosk is. */
export function ManagerScreen() {
  const asked = place.value.rest[0] ?? 'day';
  const name = PAGES[asked] === undefined ? 'day' : asked;
  const Page = PAGES[name]?.page ?? DayPage;
  if (me.value?.signedIn === true && me.value.role === 'crew') return <ShutOffice />;
  return (
    <div class="manager">
      <nav class="manager-rail" aria-label="Office">
        {Object.entries(PAGES).map(([page, { title }]) => (
          <a
            key={page}
            class="key"
            href={`#/manager/${page}`}
            aria-current={page === name ? 'page' : undefined}
          >
            {title}
          </a>
        ))}
        <a class="key" href="#/crew">
          Crew and PINs
        </a>
      </nav>
      <div class="manager-page">
        <ClockQuestion />
        <Page key={name} />
      </div>
    </div>
  );
}

/** What a cashier finds here: figures are none of theirs, but with a shift manager's PIN they close the day. */
function ShutOffice() {
  const closed = useSignal('');
  return (
    <div class="empty shut-office">
      <h1>The office is a shift manager’s</h1>
      <p class="soft">Its figures, files and settings open to whoever signs in with such a PIN.</p>
      <button type="button" class="key" onClick={() => void lock()}>
        Lock this till and sign in
      </button>
      <div class="card">
        <h2>End of the day</h2>
        <p class="soft">A shift manager may close it from here with their PIN, for that alone.</p>
        <CloseDay
          day="the day"
          note=""
          onClosed={(date) => {
            closed.value = date;
          }}
        />
        <p role="status">
          {closed.value === '' ? '' : `${dateText(closed.value)} is closed. Its files are made.`}
        </p>
      </div>
    </div>
  );
}

/** A clock after a restore, or far ahead of the books, counts once somebody says that it is right. */
function ClockQuestion() {
  const { value, reload } = useFetched<Diagnostics>('/api/diagnostics', ['sync']);
  const trouble = useSignal('');
  const shown = value.value;
  if (shown === undefined || shown === null) return null;
  if (!shown.clockDoubted && !shown.clockAhead) return null;
  const confirm = async (): Promise<void> => {
    const answer = await post<unknown>('/api/clock/confirm', {});
    trouble.value = answer.ok ? '' : problemText(answer.problem);
    await reload();
  };
  return (
    <section class="card clock-question" aria-labelledby="clock-title">
      <h2 id="clock-title">Is this kiosk’s clock right?</h2>
      <p>
        {shown.clockDoubted
          ? 'It was restored from a backup and sells nothing until Head Office or a manager confirms its clock.'
          : 'It is more than a week ahead of the last trading day, where sales are booked until Head Office or a manager confirms it.'}{' '}
        It says{' '}
        <strong>
          {dateText(shown.now.slice(0, 10))}, {timeText(shown.now)}
        </strong>
        .
      </p>
      <button type="button" class="key primary" onClick={() => void confirm()}>
        The clock is right
      </button>
      <p class="soft small">If it is wrong, set the computer’s clock first.</p>
      {trouble.value === '' ? null : (
        <p class="trouble told" role="alert">
          {trouble.value}
        </p>
      )}
    </section>
  );
}
