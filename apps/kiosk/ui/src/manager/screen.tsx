import type { ComponentType } from 'preact';
import { useSignal } from '@preact/signals';
import { post, problemText } from '../api.ts';
import { dateText, timeText } from '../format.ts';
import { place } from '../router.ts';
import { CashUpPage } from './cash-up.tsx';
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

/** A restored kiosk sells again once somebody says that its clock is right. */
function ClockQuestion() {
  const { value, reload } = useFetched<Diagnostics>('/api/diagnostics', ['sync']);
  const trouble = useSignal('');
  const shown = value.value;
  if (shown?.clockDoubted !== true) return null;
  const confirm = async (): Promise<void> => {
    const answer = await post<unknown>('/api/clock/confirm', {});
    trouble.value = answer.ok ? '' : problemText(answer.problem);
    await reload();
  };
  return (
    <section class="card clock-question" aria-labelledby="clock-title">
      <h2 id="clock-title">Is this kiosk’s clock right?</h2>
      <p>
        It was restored from a backup and sells nothing until Head Office or a manager confirms its
        clock. It says{' '}
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
