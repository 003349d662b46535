import { signal } from '@preact/signals';

/** Whether Head Office's events arrive. */
export const live = signal<'connecting' | 'up' | 'down'>('connecting');

const timeNow = (): number => new Date().getTime();

/** The time of this browser, to the second: what ages are counted from. */
export const now = signal(timeNow());

type Listener = (data: unknown) => void;
const listeners = new Map<string, Set<Listener>>();

/**
 * Calls `listener` with the data of each such event; `connected` is each time events start to arrive, when
 * whatever is shown has to be fetched anew. Returns how to stop.
 */
export function onLive(event: string, listener: Listener): () => void {
  const of = listeners.get(event) ?? new Set();
  listeners.set(event, of.add(listener));
  return () => of.delete(listener);
}

const tell = (event: string, data: unknown): void =>
  listeners.get(event)?.forEach((listener) => listener(data));

const EVENTS = ['stores', 'alerts', 'catalogue'] as const;
const RETRY_MS = 2000;

/** Keeps the event stream open while somebody is signed in; returns how to stop. */
export function followHeadOffice(): () => void {
  let source: EventSource | null = null;
  let retry: ReturnType<typeof setTimeout> | undefined;
  const clock = setInterval(() => {
    now.value = timeNow();
  }, 1000);
  const open = (): void => {
    source = new EventSource('/api/events');
    source.addEventListener('open', () => {
      live.value = 'up';
      tell('connected', null);
    });
    source.addEventListener('error', () => {
      live.value = 'down';
      source?.close();
      retry = setTimeout(open, RETRY_MS);
    });
    for (const event of EVENTS) {
      source.addEventListener(event, ({ data }: MessageEvent<string>) =>
        tell(event, JSON.parse(data)),
      );
    }
  };
  open();
  return () => {
    clearTimeout(retry);
    clearInterval(clock);
    source?.close();
  };
}
