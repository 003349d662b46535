import { booksOfSummary, type DaySummary, daySummarySchema } from '@tillwire/contract';
import { dayFiles, isBusinessDate } from '@tillwire/domain';
import { type Clock, Problem, zipFiles } from '@tillwire/runtime';
import { z } from 'zod';
import { judgeDay } from '../books/day-judge.ts';
import type { Database } from '../store/database.ts';
import {
  DAY_STATES,
  type DayKey,
  listDays,
  listIssues,
  readSummaryText,
  type RevisionKey,
} from '../store/day-store.ts';
import type { HeadOfficeApi } from './head-office-api.ts';
import { dateParam } from './report-routes.ts';
import { storeCodeParam } from './store-routes.ts';

/** Days of one ZIP, at most: a month of every shop of a small chain. */
const MAX_ZIP_DAYS = 1000;

const dayParams = z.object({ store: storeCodeParam, date: dateParam });
const range = z.object({
  store: storeCodeParam.optional(),
  from: dateParam.optional(),
  to: dateParam.optional(),
});

/** `2025-11-27.S03`: where a page of days ended. */
const dayPlace = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}\.S\d{2,4}$/, 'is the `next` of the page before')
  .transform((text): DayKey => ({ date: text.slice(0, 10), store: text.slice(11) }))
  .refine(({ date }) => isBusinessDate(date), 'is the `next` of the page before');

/** Which issue of a day: `17.2` is revision 2 of epoch 17. */
const issueParam = z
  .string()
  .regex(/^\d{1,15}\.\d{1,9}$/, 'is an epoch and a revision such as 1.2')
  .transform((text): RevisionKey => {
    const [epoch, revision] = text.split('.').map(Number);
    return { epoch: epoch ?? 0, revision: revision ?? 0 };
  })
  .optional();

export interface DayRouteDeps {
  readonly db: Database;
  readonly clock: Clock;
}

/** Closed days: what was made of them, and their files as the store's. */
export function registerDayRoutes(api: HeadOfficeApi, deps: DayRouteDeps): void {
  registerDays(api, deps);
  registerFiles(api, deps);
}

function registerDays({ read, change }: HeadOfficeApi, { db, clock }: DayRouteDeps): void {
  read({
    path: '/api/days',
    summary:
      'closed days, newest first, each waiting, superseded, reconciled or differing; with `next`',
    role: 'view',
    query: range.extend({
      state: z.enum(DAY_STATES).optional(),
      after: dayPlace.optional(),
      limit: z.coerce.number().int().min(1).max(1000).default(100),
    }),
    handle: async ({ query }) => {
      const days = await listDays(db, query);
      const last = days.at(-1);
      const isMore = days.length === query.limit && last !== undefined;
      return { days, ...(isMore ? { next: `${last.date}.${last.store}` } : {}) };
    },
  });
  read({
    path: '/api/days/:store/:date',
    summary: 'one closed day with its figures, what differs, and every issue of its books',
    role: 'view',
    params: dayParams,
    problems: { 404: ['day-not-closed'] },
    handle: async ({ params }) => {
      const summary = await summaryOf(db, params);
      const { store, date } = params;
      const [[day], issues] = await Promise.all([
        listDays(db, { store, from: date, to: date, limit: 1 }),
        listIssues(db, params),
      ]);
      const files = dayFiles(booksOfSummary(summary)).map(({ name }) => name);
      return { ...day, summary, issues, files };
    },
  });
  change({
    method: 'POST',
    path: '/api/days/:store/:date/verify',
    summary: 'compares a day anew with every order held, whatever was made of it before',
    action: 'verify-day',
    role: 'operate',
    params: dayParams,
    problems: { 404: ['day-not-closed'], 409: ['being-judged'] },
    handle: async ({ params }) => {
      await summaryOf(db, params);
      const judgement = await judgeDay(db, params, clock.nowMs());
      if (judgement === null) throw new Problem(409, 'being-judged', 'the day is being judged now');
      return { answer: judgement, subject: `${params.store} ${params.date}`, after: judgement };
    },
  });
}

function registerFiles({ read }: HeadOfficeApi, { db }: DayRouteDeps): void {
  read({
    path: '/api/days/:store/:date/exports/:file',
    summary: 'one of the four files of a closed day, byte for byte as the store has it',
    role: 'view',
    params: dayParams.extend({ file: z.string().max(40) }),
    query: z.object({ issue: issueParam }),
    problems: { 404: ['day-not-closed', 'unknown-file'] },
    handle: async ({ params: { file, ...day }, query: { issue }, reply }) => {
      const files = dayFiles(booksOfSummary(await summaryOf(db, day, issue)));
      const found = files.find(({ name }) => name === file);
      if (found === undefined) {
        const names = files.map(({ name }) => name).join(', ');
        throw new Problem(404, 'unknown-file', `the files of ${day.date} are ${names}`);
      }
      await reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="${found.name}"`)
        .send(found.text);
    },
  });
  read({
    path: '/api/exports',
    summary: 'the files of every closed day of a range, as a ZIP with a folder a store and day',
    role: 'view',
    query: range,
    problems: { 413: ['too-many-days'] },
    handle: async ({ query, reply }) => {
      const days = await listDays(db, { ...query, limit: MAX_ZIP_DAYS + 1 });
      if (days.length > MAX_ZIP_DAYS) {
        throw new Problem(413, 'too-many-days', `a ZIP holds at most ${MAX_ZIP_DAYS} days`);
      }
      const files = [];
      for (const day of days) {
        for (const { name, text } of dayFiles(booksOfSummary(await summaryOf(db, day)))) {
          files.push({ name: `${day.store}/${day.date}/${name}`, text });
        }
      }
      await reply
        .type('application/zip')
        .header('content-disposition', 'attachment; filename="tillwire-days.zip"')
        .send(Buffer.from(zipFiles(files)));
    },
  });
}

/** The summary that stands for a day, or the one of an issue. @throws {Problem} 404 when there is none. */
async function summaryOf(db: Database, day: DayKey, issue?: RevisionKey): Promise<DaySummary> {
  const text = await readSummaryText(db, day, issue);
  if (text !== null) return daySummarySchema.parse(JSON.parse(text));
  const what = issue === undefined ? '' : ` under revision ${issue.revision}`;
  throw new Problem(404, 'day-not-closed', `${day.store} has not closed ${day.date}${what}`);
}
