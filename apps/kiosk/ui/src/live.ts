import { signal } from '@preact/signals';
import { authorization } from './api.ts';

/** What the kiosk tells its screens of. */
export type LiveEvent = 'order' | 'kitchen' | 'catalogue' | 'sync' | 'day' | 'printer' | 'basket';
type Listener = (data: unknown) => void;

/** Whether the kiosk's events arrive; `connecting` only until the first answer. */
export const live = signal<'connecting' | 'up' | 'down'>('connecting');

const listeners = new Map<LiveEvent | 'connected', Set<Listener>>();

/**
 * Calls `listener` with the data of each such event; `connected` is each time events start to arrive,
 * when whatever is shown has to be fetched anew. Returns how to stop.
 */
export function onLive(event: LiveEvent | 'connected', listener: Listener): () => void {
  const of = listeners.get(event) ?? new Set();
  listeners.set(event, of.add(listener));
  return () => of.delete(listener);
}

const tell = (event: string, data: unknown): void =>
  listeners.get(event as LiveEvent)?.forEach((listener) => listener(data));

const RETRY_MS = 1000;
/** The kiosk sends something at least this often; silence longer than this is a dead line. */
const SILENCE_MS = 45_000;

let current = new AbortController();

/** Asks for the events anew: somebody signed in or out, and hears of other things now. */
export const listenAnew = (): void => current.abort();

/** Keeps the event stream open until `signal` aborts. */
export async function followKiosk(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    current = new AbortController();
    await readStream(AbortSignal.any([signal, current.signal])).catch(() => undefined);
    if (signal.aborted) return;
    if (current.signal.aborted) continue;
    live.value = 'down';
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

/** `EventSource` sends no authorization header, and a token has no place in an address. */
async function readStream(outer: AbortSignal): Promise<void> {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), SILENCE_MS);
  try {
    const response = await fetch('/api/events', {
      headers: { ...authorization(), accept: 'text/event-stream' },
      signal: AbortSignal.any([outer, silence.signal]),
    });
    if (!response.ok || response.body === null) return;
    live.value = 'up';
    tell('connected', null);
    const frames = createFrameReader(tell);
    const decoder = new TextDecoder();
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MS);
      frames(decoder.decode(value, { stream: true }));
    }
  } finally {
    clearTimeout(timer);
  }
}

/** Takes the text of an event stream in whatever pieces it comes and tells each event whole. */
export function createFrameReader(
  onEvent: (event: string, data: unknown) => void,
): (text: string) => void {
  let rest = '';
  return (text) => {
    const frames = (rest + text).replaceAll('\r\n', '\n').split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) {
      const fields = frame.split('\n').map((line) => /^(event|data): ?(.*)$/.exec(line));
      const of = (name: string) =>
        fields.flatMap((field) => (field?.[1] === name ? [field[2] ?? ''] : []));
      const event = of('event')[0];
      if (event !== undefined) onEvent(event, JSON.parse(of('data').join('\n') || 'null'));
    }
  };
}
