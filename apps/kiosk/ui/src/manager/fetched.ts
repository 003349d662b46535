import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { get, problemText } from '../api.ts';
import { type LiveEvent, onLive } from '../live.ts';

/** What the kiosk said of one path, kept up while it is looked at. */
export interface Fetched<T> {
  readonly value: Signal<T | null>;
  readonly trouble: Signal<string>;
  readonly reload: () => Promise<void>;
}

/** Reads `path` now, and anew at each of these events; what was read stays while the kiosk is away. */
export function useFetched<T>(path: string, events: readonly LiveEvent[] = []): Fetched<T> {
  const value = useSignal<T | null>(null);
  const trouble = useSignal('');
  const reload = async (): Promise<void> => {
    const answer = await get<T>(path);
    trouble.value = answer.ok ? '' : problemText(answer.problem);
    if (answer.ok) value.value = answer.value;
  };
  useEffect(() => {
    value.value = null;
    void reload();
    const stops = [...events, 'connected' as const].map((event) =>
      onLive(event, () => void reload()),
    );
    return () => {
      for (const stop of stops) stop();
    };
  }, [path]);
  return { value, trouble, reload };
}
