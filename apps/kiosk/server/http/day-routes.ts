import { booksOfSummary, plainText } from '@tillwire/contract';
import {
  type BusinessDate,
  businessDate,
  dayFiles,
  isBusinessDate,
  pence,
  type Result,
} from '@tillwire/domain';
import { Problem, zipFiles } from '@tillwire/runtime';
import { z } from 'zod';
import type { Books, BooksRefusal } from '../books.ts';
import type { DayIssue } from '../store/day-store.ts';
import type { KioskApi } from './api.ts';
import { crewId, requestId } from './order-schemas.ts';

const dateText = z
  .string()
  .refine(isBusinessDate, 'is a date, YYYY-MM-DD')
  .transform((text): BusinessDate => businessDate(text));
const dateParams = z.object({ date: dateText });
const crewIdText = crewId.refine((id) => id !== '', 'is not empty');
/** Pence, up to £100,000. */
const drawerPence = z.int().min(0).max(10_000_000);

const shiftBody = z.object({
  requestId,
  float: drawerPence.transform(pence),
  crewId: crewIdText,
});

const cashUpBody = z.object({
  requestId,
  shiftId: plainText(64).min(1),
  counts: z.array(z.object({ denomination: z.int(), count: z.int() })).max(12),
  cheque: drawerPence.transform(pence).nullable().default(null),
  card: drawerPence.transform(pence).nullable().default(null),
  crewId: crewIdText,
  note: plainText(500).trim().default(''),
});

/** The trading day: readings, the Z, its files, shifts and cash-ups, reports. */
export function registerDayRoutes(api: KioskApi, books: Books): void {
  registerClosing(api, books);
  registerFileRoutes(api, books);
  registerShiftRoutes(api, books);
}

function registerClosing({ route }: KioskApi, books: Books): void {
  route({
    method: 'GET',
    path: '/api/day/reading',
    summary: 'the X reading: what the Z would say now',
    role: 'shift-manager',
    handle: () => books.reading(),
  });
  route({
    method: 'POST',
    path: '/api/day/close',
    summary: 'the Z reading: closes the open day, and any forgotten before it',
    role: 'shift-manager',
    body: z.object({}).optional(),
    problems: { 409: ['nothing-to-close'], 503: ['no-catalogue'] },
    handle: async () => closedAnswer(allowed(await books.close())),
  });
  route({
    method: 'GET',
    path: '/api/days',
    summary: 'trading days, newest first',
    role: 'shift-manager',
    query: z.object({ limit: z.coerce.number().int().min(1).max(400).default(60) }),
    handle: async ({ query: { limit } }) => ({
      currentDate: await books.currentDate(),
      days: await books.days(limit),
    }),
  });
  route({
    method: 'GET',
    path: '/api/days/:date',
    summary: 'a closed day as last issued',
    role: 'shift-manager',
    params: dateParams,
    problems: { 404: ['day-not-closed'] },
    handle: async ({ params: { date } }) => {
      const issue = await books.issue(date);
      if (issue === null) throw notClosed(date);
      return { ...closedAnswer(issue), totals: issue.summary.totals, orders: issue.summary.orders };
    },
  });
  route({
    method: 'GET',
    path: '/api/days/:date/report',
    summary: 'sales of a day by hour, product and channel, its VAT, tenders and exceptions',
    role: 'shift-manager',
    params: dateParams,
    handle: ({ params: { date } }) => books.report(date),
  });
}

function registerFileRoutes({ route }: KioskApi, books: Books): void {
  const filesOf = async (date: BusinessDate) => {
    const files = await books.files(date);
    if (files === null) throw notClosed(date);
    return files;
  };
  route({
    method: 'GET',
    path: '/api/days/:date/exports',
    summary: 'the four files of a closed day, as a ZIP',
    role: 'shift-manager',
    params: dateParams,
    problems: { 404: ['day-not-closed'] },
    handle: async ({ params: { date }, reply }) => {
      const zip = zipFiles(await filesOf(date));
      await reply
        .type('application/zip')
        .header('content-disposition', `attachment; filename="${date}.zip"`)
        .send(Buffer.from(zip));
    },
  });
  route({
    method: 'GET',
    path: '/api/days/:date/exports/:file',
    summary: 'one file of a closed day, to the byte',
    role: 'shift-manager',
    params: z.object({ date: dateText, file: z.string().max(40) }),
    problems: { 404: ['day-not-closed', 'unknown-file'] },
    handle: async ({ params: { date, file }, reply }) => {
      const files = await filesOf(date);
      const found = files.find(({ name }) => name === file);
      if (found === undefined) {
        const names = files.map(({ name }) => name).join(', ');
        throw new Problem(404, 'unknown-file', `the files of ${date} are ${names}`);
      }
      await reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="${found.name}"`)
        .send(found.text);
    },
  });
}

function registerShiftRoutes({ route }: KioskApi, books: Books): void {
  route({
    method: 'GET',
    path: '/api/shifts',
    summary: 'the shifts of a date, and the one open now',
    role: 'shift-manager',
    query: z.object({ date: dateText.optional() }),
    handle: async ({ query: { date } }) => ({
      current: await books.currentShift(),
      shifts: await books.shifts(date ?? (await books.currentDate())),
    }),
  });
  route({
    method: 'POST',
    path: '/api/shifts',
    summary: 'opens a shift with its float; the same request again is the same shift',
    role: 'shift-manager',
    status: 201,
    body: shiftBody,
    problems: { 409: ['shift-open'] },
    handle: async ({ body }) => ({ shift: allowed(await books.openShift(body)) }),
  });
  route({
    method: 'POST',
    path: '/api/cash-ups',
    summary: 'counts a shift by denomination; tells what was expected and the variance',
    role: 'shift-manager',
    status: 201,
    body: cashUpBody,
    problems: { 404: ['unknown-shift'], 409: ['already-counted'], 422: ['bad-counts'] },
    handle: async ({ body }) => ({ shift: allowed(await books.cashUp(body)) }),
  });
  route({
    method: 'PUT',
    path: '/api/cash-ups/:shiftId/note',
    summary: 'says why a counted drawer was not what it should be',
    role: 'shift-manager',
    params: z.object({ shiftId: plainText(64).min(1) }),
    body: z.object({ note: z.string().trim().min(1).max(500) }),
    problems: { 404: ['unknown-shift'] },
    handle: async ({ params: { shiftId }, body: { note } }) => ({
      shift: allowed(await books.explainCashUp(shiftId, note)),
    }),
  });
}

const closedAnswer = ({ summary }: DayIssue) => ({
  businessDate: summary.date,
  revision: summary.revision,
  files: dayFiles(booksOfSummary(summary)).map(({ name }) => name),
});

const notClosed = (date: BusinessDate): Problem =>
  new Problem(404, 'day-not-closed', `${date} has no Z yet`);

/** The value, or the refusal as a problem. */
function allowed<T>(result: Result<T, BooksRefusal>): T {
  if (result.ok) return result.value;
  throw problemOf(result.error);
}

function problemOf(refusal: BooksRefusal): Problem {
  switch (refusal.type) {
    case 'no-catalogue':
      return new Problem(503, 'no-catalogue', 'there is no catalogue yet, so no day can be closed');
    case 'nothing-to-close':
      return new Problem(409, 'nothing-to-close', `${refusal.last} has had its Z already`);
    case 'shift-open':
      return new Problem(409, 'shift-open', 'the open shift has to be counted first', {
        facts: { shift: refusal.shift },
      });
    case 'unknown-shift':
      return new Problem(404, 'unknown-shift', 'there is no such shift');
    case 'already-counted':
      return new Problem(409, 'already-counted', 'this shift was counted before', {
        facts: { shift: refusal.shift },
      });
    case 'bad-counts':
      return new Problem(422, 'bad-counts', 'the count cannot be right', {
        faults: refusal.faults.map(({ type, path, value }) => ({
          path,
          code: type,
          message: `${value} is not allowed here`,
          value,
        })),
      });
  }
}
