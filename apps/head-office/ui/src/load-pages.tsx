import { useEffect, useState } from 'preact/hooks';
import { get } from './api.ts';
import { type Loaded, useLoad } from './load.ts';

/** A list that comes a page at a time; `next` is where the following one begins. */
interface Page {
  readonly next?: string | number;
}

/** Everything fetched of a list so far. */
export interface Pages<P extends Page> {
  /** Empty until the first has come. */
  readonly pages: readonly P[];
  readonly first: Loaded<P>;
  /** Null: there are no more. */
  readonly more: (() => void) | null;
}

/** Fetches the first page at `path`, which has a query; those after it as `parameter` says where they begin. */
export function usePages<P extends Page>(path: string | null, parameter: string): Pages<P> {
  const first = useLoad<P>(path);
  const [older, setOlder] = useState<readonly P[]>([]);
  useEffect(() => setOlder([]), [path]);
  const pages = first.value === null ? [] : [first.value, ...older];
  const next = pages.at(-1)?.next;
  const fetchMore = async (): Promise<void> => {
    const answer = await get<P>(`${path}&${parameter}=${encodeURIComponent(String(next))}`);
    if (answer.ok) setOlder((known) => [...known, answer.value]);
  };
  return { pages, first, more: next === undefined ? null : () => void fetchMore() };
}

/** Fetches the page after those shown; nothing where that was all. */
export const MoreButton = ({
  more,
  children,
}: {
  readonly more: (() => void) | null;
  readonly children: string;
}) =>
  more === null ? null : (
    <button type="button" class="button find" onClick={more}>
      {children}
    </button>
  );
