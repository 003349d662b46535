import { useState } from 'preact/hooks';
import { post, type Problem } from '../api.ts';
import { count } from '../format.ts';
import { Input, TableScroll } from '../parts/parts.tsx';

interface Imported {
  readonly draft: { readonly draftId: number };
  readonly report: {
    readonly warnings?: readonly {
      readonly file: string;
      readonly message: string;
      readonly count: number;
    }[];
  };
}

interface Props {
  readonly path: string;
  readonly target: string;
  readonly title: string;
  readonly onImported: (draftId: number) => void;
}

/** Uploads a legacy set as a ZIP; everything wrong with it is told at once, each at its cell. */
export function ImportForm({ path, target, title, onImported }: Props) {
  const [file, setFile] = useState<File | null>(null);
  const [shop, setShop] = useState('1');
  const [stopping, setStopping] = useState<AbortController | null>(null);
  const isBusy = stopping !== null;
  const [problem, setProblem] = useState<Problem | null | 'none'>('none');
  const [done, setDone] = useState<Imported | null>(null);
  const upload = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (file === null) return;
    const stop = new AbortController();
    setStopping(stop);
    const query = new URLSearchParams({ shop, target, fileName: file.name });
    const answer = await post<Imported>(`${path}?${query.toString()}`, file, stop.signal);
    setStopping(null);
    setProblem(answer.ok || stop.signal.aborted ? 'none' : answer.problem);
    setDone(answer.ok ? answer.value : null);
    if (answer.ok && (answer.value.report.warnings ?? []).length === 0) {
      onImported(answer.value.draft.draftId);
    }
  };
  const warnings = done?.report.warnings ?? [];
  return (
    <form class="card stack" onSubmit={(event) => void upload(event)}>
      <h2>{title}</h2>
      <label class="label">
        ZIP of the tables
        <input
          class="field"
          type="file"
          accept=".zip,application/zip"
          required
          onChange={({ currentTarget }) => setFile(currentTarget.files?.[0] ?? null)}
        />
      </label>
      <Input
        label="Shop whose tables are read, such as 9 of PDITEM9.CSV"
        value={shop}
        onChange={setShop}
        required
      />
      <button type="submit" class="button primary" disabled={isBusy}>
        {isBusy ? 'Reading the tables…' : 'Import'}
      </button>
      {isBusy ? (
        <div class="row">
          <progress class="grow" aria-label="Importing" />
          <button type="button" class="button" onClick={() => stopping.abort()}>
            Cancel
          </button>
        </div>
      ) : null}
      <div role="alert">{problem === 'none' ? null : <ImportFaults problem={problem} />}</div>
      {done === null || warnings.length === 0 ? null : (
        <div class="stack" role="status">
          <p class="trouble told">Imported, with {count(warnings.length)} warnings:</p>
          <ul class="small import-list">
            {warnings.map(({ file: table, message, count: times }) => (
              <li key={`${table} ${message}`}>
                {table}: {message} ({count(times)} ×)
              </li>
            ))}
          </ul>
          <button type="button" class="button" onClick={() => onImported(done.draft.draftId)}>
            To the draft
          </button>
        </div>
      )}
    </form>
  );
}

const ImportFaults = ({ problem }: { readonly problem: Problem | null }) =>
  problem === null ? (
    <p class="trouble">Head Office does not answer. Nothing was imported: try again.</p>
  ) : (
    <div class="stack">
      <p class="trouble">
        {problem.title}
        {problem.faults === undefined ? '' : `: ${count(problem.faults.length)} faults`}
      </p>
      {problem.faults === undefined ? null : (
        <TableScroll label="Faults of the set">
          <table class="table">
            <tbody>
              {problem.faults.map(({ path, message }, at) => (
                <tr key={at}>
                  <th scope="row" class="mono">
                    {path}
                  </th>
                  <td>{message}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableScroll>
      )}
    </div>
  );
