import { writeFile } from 'node:fs/promises';
import { isStoreCode, type StoreCode } from '@tillwire/domain';
import {
  type CatalogueOffice,
  createCatalogueOffice,
  exportForStore,
  menuTarget,
} from '@tillwire/head-office';
import type { Clock } from '@tillwire/runtime';
import { type Arguments, type Command, required, UsageError, wholeNumber } from './command.ts';
import { type Env, type OfficeTools, withOffice } from './office.ts';

const storeList = (args: Arguments, name: string): readonly StoreCode[] =>
  (args.text(name) ?? '')
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      if (isStoreCode(part)) return part;
      throw new UsageError(`--${name} takes store codes such as S03, not ${part}`);
    });

/** A positional that numbers something. @throws {UsageError} */
function numberAt(args: Arguments, at: number, what: string): number {
  const text = args.positionals[at] ?? '';
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new UsageError(`${what} is a number, not ${text}`);
}

/** A moment given as ISO 8601. @throws {UsageError} */
function momentOf(args: Arguments, name: string): number | null {
  const text = args.text(name);
  if (text === undefined) return null;
  const ms = Date.parse(text);
  if (Number.isNaN(ms) || !/T.*(?:Z|[+-]\d\d:?\d\d)$/.test(text)) {
    throw new UsageError(`--${name} takes a moment such as 2026-12-07T00:00:00Z, not ${text}`);
  }
  return ms;
}

const by = { type: 'string', value: 'WHO', help: 'who does it', default: 'command line' } as const;
const json = { type: 'boolean', help: 'print one JSON document' } as const;

/** The commands of the catalogue's editors. They work on Head Office's database; the running publisher does the rest. */
export const catalogueOfficeCommands = ({
  env,
  clock,
}: {
  readonly env: Env;
  readonly clock: Clock;
}): readonly Command[] => {
  const command = (
    spec: Omit<Command, 'run'>,
    run: (args: Arguments, office: CatalogueOffice, tools: OfficeTools) => Promise<object>,
    words: (answer: never) => readonly string[],
  ): Command => ({
    ...spec,
    options: { ...spec.options, json },
    run: (args, terminal) =>
      withOffice(
        env,
        terminal,
        async (tools) => {
          const answer = await run(args, createCatalogueOffice(tools), tools);
          const lines = args.flag('json') ? [JSON.stringify(answer)] : words(answer as never);
          for (const line of lines) terminal.print(line);
        },
        clock,
      ),
  });

  return [
    command(
      {
        name: 'catalogue import',
        positionals: ['PATH'],
        summary:
          'read a legacy menu set into a draft, as the base or as one shop’s difference from it',
        options: {
          shop: { type: 'string', value: 'N', help: 'the shop whose tables to read, 1 to 9999' },
          target: { type: 'string', value: 'WHOSE', help: 'base, or a store', default: 'base' },
          draft: { type: 'string', value: 'N', help: 'the draft to read into; else a new one' },
          by,
        },
      },
      async (args, { drafts }) => {
        required(args, 'shop');
        const draft = wholeNumber(args, 'draft', { least: 1, most: 1e9, fallback: 0 });
        const { draft: made, report } = await drafts.importSet({
          draftId: draft === 0 ? null : draft,
          source: { path: args.positionals[0] ?? '' },
          shop: wholeNumber(args, 'shop', { least: 1, most: 9999, fallback: 1 }),
          target: menuTarget(args.text('target') ?? 'base', isStoreCode),
          by: required(args, 'by'),
        });
        return { draftId: made.draftId, report };
      },
      ({
        draftId,
        report,
      }: {
        draftId: number;
        report: { counts: Record<string, number>; warnings: unknown[] };
      }) => [
        `Draft ${draftId}: ${report.counts['products']} products, ${report.counts['combos']} combos, ${report.warnings.length} warnings.`,
        `See what it changes: tillwire catalogue diff ${draftId}`,
      ],
    ),
    command(
      {
        name: 'catalogue diff',
        positionals: ['DRAFT'],
        summary: 'tell what a draft changes, in words and money, and what is wrong with it',
      },
      async (args, { drafts }) => {
        return diffAnswer(drafts, numberAt(args, 0, 'DRAFT'));
      },
      ({ targets, faults }: Awaited<ReturnType<typeof diffAnswer>>) => [
        ...targets.flatMap(({ target, words }) => [
          `${target}:`,
          ...words.map((line) => `  ${line}`),
        ]),
        ...(targets.length === 0 ? ['It changes nothing that is published.'] : []),
        ...faults.map(({ target, path, message }) => `fault in ${target}: ${path} ${message}`),
      ],
    ),
    command(
      {
        name: 'catalogue publish',
        positionals: ['DRAFT'],
        summary: 'publish a draft: canaries first, then waves; or from a moment on',
        options: {
          note: { type: 'string', value: 'TEXT', help: 'why', default: '' },
          canary: { type: 'string', value: 'S03,…', help: 'stores that get it first' },
          wave: { type: 'string', value: 'N', help: 'stores at once after them; else all' },
          from: { type: 'string', value: 'MOMENT', help: 'when it comes into force; else now' },
          scheduled: {
            type: 'string',
            value: 'HOW',
            help: 'what is scheduled: rebase or cancel it',
          },
          by,
        },
      },
      async (args, { drafts, publishing }) => {
        const scheduled = args.text('scheduled');
        if (scheduled !== undefined && scheduled !== 'rebase' && scheduled !== 'cancel') {
          throw new UsageError(`--scheduled takes rebase or cancel, not ${scheduled}`);
        }
        const wave = wholeNumber(args, 'wave', { least: 1, most: 9999, fallback: 0 });
        const { draftId, revision } = await drafts.read(numberAt(args, 0, 'DRAFT'));
        return publishing.publish({
          draftId,
          revision,
          note: args.text('note') ?? '',
          by: required(args, 'by'),
          plan: { canaries: storeList(args, 'canary'), waveSize: wave === 0 ? null : wave },
          effectiveFromMs: momentOf(args, 'from'),
          scheduled,
        });
      },
      releaseWords,
    ),
    command(
      {
        name: 'catalogue rollback',
        positionals: ['RELEASE'],
        summary: 'give every store the menu of an earlier release under a new version',
        options: { note: { type: 'string', value: 'TEXT', help: 'why', default: '' }, by },
      },
      (args, { publishing }) =>
        publishing.rollBack({
          to: numberAt(args, 0, 'RELEASE'),
          note: args.text('note') ?? '',
          by: required(args, 'by'),
        }),
      releaseWords,
    ),
    command(
      { name: 'catalogue releases', summary: 'tell what was published, newest first' },
      async (_, office) => ({ releases: await office.releases(20) }),
      ({ releases }: { releases: Awaited<ReturnType<CatalogueOffice['releases']>> }) =>
        releases.map(
          ({ releaseId, kind, state, stateReason, note, publishedBy }) =>
            `${releaseId}  ${kind}  ${state}${stateReason === '' ? '' : ` (${stateReason})`}  ${publishedBy}  ${note}`,
        ),
    ),
    command(
      { name: 'catalogue status', summary: 'tell where every store is with its catalogue' },
      async (_, office) => ({ stores: await office.standing() }),
      ({ stores }: { stores: Awaited<ReturnType<CatalogueOffice['standing']>> }) =>
        stores.map(({ store, told, progress, inForce, reason, detail }) => {
          const why = reason === null ? '' : `  ${reason}: ${detail}`;
          const sells = inForce === null ? 'nothing yet' : `version ${inForce.catalog_version}`;
          return `${store}  told ${told?.version ?? 'nothing'}  ${progress}  sells ${sells}${why}`;
        }),
    ),
    command(
      {
        name: 'catalogue export',
        positionals: ['STORE', 'FILE'],
        summary: 'write what a store is to sell to a file, for a USB stick',
      },
      async (args, _, { db, keys }) => {
        const [store = '', file = ''] = args.positionals;
        if (!isStoreCode(store)) throw new UsageError(`STORE is a code such as S03, not ${store}`);
        const bundle = await exportForStore({ db, keys }, store);
        await writeFile(file, bundle.text);
        return { file, messages: bundle.messages };
      },
      ({ file, messages }: { file: string; messages: number }) => [
        `${messages} signed messages written to ${file}`,
      ],
    ),
  ];
};

const diffAnswer = async (drafts: CatalogueOffice['drafts'], draftId: number) => ({
  targets: await drafts.diff(draftId),
  faults: await drafts.faults(draftId),
});

const releaseWords = ({
  releaseId,
  waves,
  state,
}: Awaited<ReturnType<CatalogueOffice['release']>>): readonly string[] => [
  `Release ${releaseId} is ${state}: ${waves.map((wave) => wave.join(' ')).join(' | ') || 'no store is changed by it'}`,
  'See the stores apply it: tillwire catalogue status',
];
