import { useEffect, useState } from 'preact/hooks';
import { get, type Problem } from './api.ts';

/** What a screen fetched: the last value stays while the next one is on its way, so that nothing jumps. */
export interface Loaded<T> {
  readonly value: T | null;
  /** What `value` was fetched from: while it differs from what is asked, the next is on its way. */
  readonly path: string | null;
  readonly trouble: { readonly problem: Problem | null } | null;
  readonly loading: boolean;
  readonly reload: () => void;
  readonly set: (change: (value: T) => T) => void;
}

/** Fetches `path`, again when it changes; null: nothing. */
export function useLoad<T>(path: string | null): Loaded<T> {
  const [turn, setTurn] = useState(0);
  const [state, setState] = useState<Pick<Loaded<T>, 'value' | 'path' | 'trouble' | 'loading'>>({
    value: null,
    path: null,
    trouble: null,
    loading: path !== null,
  });
  useEffect(() => {
    if (path === null) return;
    let isStale = false;
    setState((before) => ({ ...before, loading: true }));
    void get<T>(path).then((answer) => {
      if (isStale) return;
      setState((before) =>
        answer.ok
          ? { value: answer.value, path, trouble: null, loading: false }
          : { ...before, trouble: { problem: answer.problem }, loading: false },
      );
    });
    return () => {
      isStale = true;
    };
  }, [path, turn]);
  return {
    ...state,
    reload: () => setTurn((before) => before + 1),
    set: (change) =>
      setState((before) =>
        before.value === null ? before : { ...before, value: change(before.value) },
      ),
  };
}
