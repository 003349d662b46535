import type { ServerResponse } from 'node:http';
import { type Log, Problem } from '@tillwire/runtime';
import type { FastifyRequest } from 'fastify';
import type { Access } from './access.ts';
import type { HeadOfficeApi } from './head-office-api.ts';
import type { StoreViews } from './store-views.ts';

/** Screens that may listen at once. */
const MAX_STREAMS = 200;
/** Between two looks at the database, all screens together; no screen, no look. */
const LOOK_EVERY_MS = 500;
/** After a ring: many shops that report at once are one look. */
const RUNG_MS = 30;
/** A silent stream says that it lives, if whoever listens still may. */
const HEARTBEAT_MS = 15_000;
/** A screen that takes nothing any more is dropped; it comes back and fetches anew. */
const MAX_UNREAD_BYTES = 1024 * 1024;

interface Stream {
  readonly response: ServerResponse;
  readonly request: FastifyRequest;
}

/** Rung by whatever else this process does, where it knows that something changed. */
export interface Bell {
  readonly ring: () => void;
  readonly onRing: (listener: () => void) => void;
}

export function createBell(): Bell {
  const listeners: (() => void)[] = [];
  return {
    ring: () => listeners.forEach((listener) => listener()),
    onRing: (listener) => {
      listeners.push(listener);
    },
  };
}

export interface EventRouteDeps {
  readonly views: StoreViews;
  /** The day as the overview shows it beside the shops: which it is, and its hours. */
  readonly day: () => Promise<object>;
  /** What the screen of the catalogue shows; it fetches anew when this differs. */
  readonly catalogue: () => Promise<unknown>;
  /** How many alerts fire; told when any of them changed. */
  readonly alerts: () => Promise<unknown>;
  /** Null: nobody in this process rings. */
  readonly bell: Bell | null;
  readonly access: Access;
  readonly log: Log;
}

/**
 * Server-sent events. Ingest, fleet and dashboard may be processes of their own and share the database alone, so
 * that is what is looked at: what changed of a shop since the last look is sent to every screen. Where they share a
 * process, the bell spares the wait for the next look.
 */
export function registerEventRoutes(
  { server, read }: HeadOfficeApi,
  { views, day, catalogue, alerts, bell, access, log }: EventRouteDeps,
): void {
  const streams = new Set<Stream>();
  const shown = new Map<string, string>();
  let shownCatalogue: string | null = null;
  let shownAlerts: string | null = null;
  let timer: NodeJS.Timeout | undefined;

  const send = (text: string): void => {
    for (const { response } of streams) {
      if (response.writableLength > MAX_UNREAD_BYTES) response.destroy();
      else response.write(text);
    }
  };

  const look = async (): Promise<void> => {
    const changed = (await views.all()).filter((store) => {
      const text = JSON.stringify(store);
      if (shown.get(store.store) === text) return false;
      shown.set(store.store, text);
      return true;
    });
    if (changed.length > 0) {
      send(`event: stores\ndata: ${JSON.stringify({ stores: changed, ...(await day()) })}\n\n`);
    }
    const text = JSON.stringify(await catalogue());
    // The first look is told too: a screen may have fetched what it shows before it.
    if (shownCatalogue !== text) send('event: catalogue\ndata: {}\n\n');
    shownCatalogue = text;
    const firing = JSON.stringify(await alerts());
    if (shownAlerts !== firing) send(`event: alerts\ndata: ${firing}\n\n`);
    shownAlerts = firing;
  };

  /** Rung while it looked: what rang may have come too late for that look. */
  let isRung = false;
  let isLooking = false;
  const lookOn = (afterMs: number): void => {
    timer = setTimeout(() => {
      isLooking = true;
      isRung = false;
      look()
        .catch((err: unknown) => log.warn({ err }, 'looking for changes failed'))
        .finally(() => {
          isLooking = false;
          if (streams.size > 0) lookOn(isRung ? RUNG_MS : LOOK_EVERY_MS);
          else timer = undefined;
        });
    }, afterMs);
  };
  bell?.onRing(() => {
    if (isRung || timer === undefined) return;
    isRung = true;
    if (isLooking) return;
    clearTimeout(timer);
    lookOn(RUNG_MS);
  });

  const stillAllowed = ({ request, response }: Stream): void => {
    access.authorize(request, 'view').then(
      () => response.write(': alive\n\n'),
      () => response.end(),
    );
  };

  read({
    path: '/api/events',
    summary:
      'server-sent events: `stores` with the shops of which anything changed and the hours of the day, `alerts`, `catalogue`',
    role: 'view',
    problems: { 503: ['too-many-streams'] },
    handle: async ({ request, reply }) => {
      if (streams.size >= MAX_STREAMS) {
        throw new Problem(503, 'too-many-streams', 'too many screens are listening already');
      }
      reply.hijack();
      const stream: Stream = { response: reply.raw, request };
      stream.response.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      stream.response.write('retry: 1000\n\n');
      const heartbeat = setInterval(() => stillAllowed(stream), HEARTBEAT_MS);
      streams.add(stream);
      if (timer === undefined) lookOn(LOOK_EVERY_MS);
      stream.response.on('close', () => {
        clearInterval(heartbeat);
        streams.delete(stream);
      });
    },
  });
  server.addHook('preClose', async () => {
    clearTimeout(timer);
    timer = undefined;
    for (const { response } of streams) response.end();
  });
}
