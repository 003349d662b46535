import type { Face } from '../http.ts';
import type { OrderAnswer } from '../load/history.ts';
import { difference, type Finding } from './findings.ts';

interface DayDeps {
  readonly face: Face;
  readonly office: Face;
  readonly orders: readonly OrderAnswer[];
}

/** Every day the shop closed is reconciled at Head Office, its files are the same bytes, and say what was sold. */
export async function checkDays(
  store: string,
  { face, office, orders }: DayDeps,
): Promise<{ readonly days: number; readonly findings: readonly Finding[] }> {
  const findings: Finding[] = [];
  const { body: atShop } = await face.get('/api/days?limit=400');
  const { body: atOffice } = await office.get(`/api/days?store=${store}&limit=1000`);
  const judged = new Map(
    (atOffice.days as readonly { date: string; state: string; detail: string }[]).map((day) => [
      day.date,
      day,
    ]),
  );
  const dates = (atShop.days as readonly { date: string; closedAtMs: number | null }[])
    .filter(({ closedAtMs }) => closedAtMs !== null)
    .map(({ date }) => date);
  for (const date of dates) {
    const day = judged.get(date);
    if (day?.state !== 'reconciled') {
      const what = `${store} ${date} is ${day?.state ?? 'unknown'} at Head Office ${day?.detail ?? ''}`;
      findings.push({ check: 'day', what });
      continue;
    }
    const files = (await face.get(`/api/days/${date}`)).body.files as readonly string[];
    for (const file of files) {
      const [here, there] = await Promise.all([
        face.text(`/api/days/${date}/exports/${file}`),
        office.text(`/api/days/${store}/${date}/exports/${file}`),
      ]);
      const parts =
        here === there ? revenueFault(file, here, date, orders) : 'differs at Head Office';
      if (parts !== null) findings.push({ check: 'day', what: `${store} ${file} ${parts}` });
    }
  }
  return { days: dates.length, findings };
}

/** Whether the takings of a day, file RV (pence), are what its orders were paid with; null: they are. */
function revenueFault(
  file: string,
  text: string,
  date: string,
  orders: readonly OrderAnswer[],
): string | null {
  if (!file.startsWith('RV')) return null;
  const [header = '', row = ''] = text.trim().split('\r\n');
  const cells = row.split(',');
  const found = Object.fromEntries(header.split(',').map((name, at) => [name, Number(cells[at])]));
  const counted = orders.filter(
    ({ businessDate, status }) => businessDate === date && status === 'completed',
  );
  const customers = counted.filter(({ kind }) => kind === 'sale');
  const paid = (method: string): number =>
    sum(
      customers
        .flatMap(({ tenders }) => tenders)
        .filter((one) => one.method === method)
        .map(({ amount }) => amount),
    );
  const paidOut = -sum(
    counted
      .filter(({ kind }) => kind === 'paid-out')
      .flatMap(({ tenders }) => tenders.map(({ amount }) => amount)),
  );
  const expected = {
    TCASHVAL: paid('cash') - paidOut,
    TCHQVAL: paid('cheque'),
    TCARDVAL: paid('card'),
    TONACCOUNT: paid('on-account'),
    TPAYOUTVA: paidOut,
    VAT: sum(customers.map(({ totals }) => totals.vat)),
  };
  return difference(
    expected,
    Object.fromEntries(Object.keys(expected).map((name) => [name, found[name]])),
  );
}

const sum = (all: readonly number[]): number => all.reduce((total, one) => total + one, 0);
