import type { ServerResponse } from 'node:http';
import { Problem } from '@tillwire/runtime';
import { z } from 'zod';
import { type Access, mayDo } from '../access.ts';
import type { EventBus, KioskEvent } from '../events.ts';
import type { KioskApi } from './api.ts';

/** Screens of one shop that may listen at once. */
const MAX_STREAMS = 100;
/** A silent stream says that it lives. */
const HEARTBEAT_MS = 15_000;
/** A screen that takes nothing any more is dropped; it comes back and fetches anew. */
const MAX_UNREAD_BYTES = 256 * 1024;

const basketParams = z.object({ till: z.string().regex(/^[\w-]{1,32}$/) });
const basketBody = z.object({ basket: z.unknown() });
const MAX_BASKET_CHARACTERS = 64 * 1024;
const MAX_TILLS = 50;

/** Server-sent events for the screens, and the customer display that follows a till's basket. */
export function registerEventRoutes(
  { server, route }: KioskApi,
  { events, access }: { readonly events: EventBus; readonly access: Access },
): void {
  const streams = new Set<ServerResponse>();
  const baskets = new Map<string, unknown>();

  const send = (stream: ServerResponse, text: string): void => {
    if (stream.writableLength > MAX_UNREAD_BYTES) stream.destroy();
    else stream.write(text);
  };

  route({
    method: 'GET',
    path: '/api/events',
    summary:
      'server-sent events: `order`, `kitchen`, `catalogue`, `sync`, `day`, `printer`, `basket`; a screen nobody is signed in at hears of baskets alone',
    role: 'public',
    problems: { 503: ['too-many-streams'] },
    handle: async ({ reply, request, caller }) => {
      if (streams.size >= MAX_STREAMS) {
        throw new Problem(503, 'too-many-streams', 'too many screens are listening already');
      }
      reply.hijack();
      const stream = reply.raw;
      stream.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      stream.write('retry: 1000\n\n');
      const hearsAll = mayDo(caller, 'crew');
      const stop = events.subscribe((event) => {
        if (hearsAll || event.type === 'basket') send(stream, frameOf(event));
      });
      const heartbeat = setInterval(() => {
        send(stream, ': alive\n\n');
        if (!hearsAll) return;
        // Whoever signed out meanwhile hears no more; the screen comes back as what it is now.
        access.identify(request).then(
          (now) => {
            if (!mayDo(now, 'crew')) stream.end();
          },
          () => stream.end(),
        );
      }, HEARTBEAT_MS);
      streams.add(stream);
      stream.on('close', () => {
        stop();
        clearInterval(heartbeat);
        streams.delete(stream);
      });
    },
  });
  server.addHook('preClose', async () => {
    for (const stream of streams) stream.end();
  });

  route({
    method: 'PUT',
    path: '/api/baskets/:till',
    summary: "show a till's basket on its customer display",
    role: 'crew',
    params: basketParams,
    body: basketBody,
    problems: { 400: ['bad-request'], 413: ['too-large'] },
    handle: async ({ params: { till }, body: { basket } }) => {
      if (JSON.stringify(basket ?? null).length > MAX_BASKET_CHARACTERS) {
        throw new Problem(413, 'too-large', 'the basket is too large to show');
      }
      baskets.delete(till);
      baskets.set(till, basket ?? null);
      const [oldest] = baskets.keys();
      if (baskets.size > MAX_TILLS && oldest !== undefined) baskets.delete(oldest);
      events.publish({ type: 'basket', till, basket });
      return { till, basket };
    },
  });
  route({
    method: 'GET',
    path: '/api/baskets/:till',
    summary: "a till's basket as it was last shown",
    role: 'public',
    params: basketParams,
    handle: async ({ params: { till } }) => ({ till, basket: baskets.get(till) ?? null }),
  });
}

const frameOf = ({ type, ...facts }: KioskEvent): string =>
  `event: ${type}\ndata: ${JSON.stringify(facts)}\n\n`;
