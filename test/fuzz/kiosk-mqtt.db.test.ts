import { type CommandResult, signMessage, topicOf } from '@tillwire/contract';
import { utcInstant } from '@tillwire/domain';
import { systemClock } from '@tillwire/runtime';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { databases } from '../../apps/kiosk/server/test/databases.ts';
import {
  epochState,
  startHeadOfficeStandIn,
} from '../../apps/kiosk/server/test/head-office-stand-in.ts';
import {
  asManager,
  cheeseburgers,
  startKiosk,
  STORE,
} from '../../apps/kiosk/server/test/kiosk-rig.ts';
import { waitFor } from '../harness/wait.ts';
import { changedValue, mangledBytes } from './broken.ts';
import { FUZZ_TIMEOUT_MS, fuzzEffort } from './runs.ts';
import { createPen } from './sealed-messages.ts';

const SOLD = 3;
const HOLD_MS = 60_000;
const SAY_AGAIN_MS = 500;

describe.each(databases)('Whatever comes to a kiosk on $name over its line', ({ open }) => {
  it(
    'stops nothing: it sells, sends, obeys, and lets go of nothing that Head Office has not got',
    { timeout: FUZZ_TIMEOUT_MS },
    async () => {
      const database = await open();
      const office = await startHeadOfficeStandIn();
      const pen = await createPen(STORE);
      office.autoAcknowledge = false;
      const kiosk = await startKiosk(database.address, {
        roles: ['web', 'sync'],
        broker: { ...office.broker, protocolVersion: 4 },
        trusted: [...office.trusted, pen.trusted],
      });
      for (let sale = 0; sale < SOLD; sale++) {
        await kiosk.post('/api/orders', cheeseburgers(`r${sale}`));
      }
      await waitFor('everything to be sent', () => office.events.length >= SOLD);
      const texts = office.events.map(({ event }) => JSON.stringify(event));

      // No hash of these is one of the kiosk's: whatever else they say, nothing is released by them.
      const wrong = 'f'.repeat(64);
      const ack = {
        incarnation: 1,
        epochs: [epochState({ acked_through: 2, acked: [{ seq: 1, hash: wrong }] })],
        acked_ids: ['x'],
        now: utcInstant(systemClock.nowMs()),
      };
      const command = (inside: object) => ({
        command_id: 'a-command',
        expires_at: utcInstant(systemClock.nowMs() + 24 * 3_600_000),
        command: inside,
      });
      const kinds = [
        { topic: topicOf('ack', STORE), contents: [ack] },
        {
          topic: topicOf('command', STORE),
          contents: [
            command({ name: 'ping' }),
            command({ name: 'resync', journal: [{ journal_epoch: 1, from: 1, to: 3 }] }),
            command({ name: 'resync', journal: [], catalogue: true }),
            command({ name: 'rotate', user: 'S01', sealed: 'AAAA' }),
            command({ name: 'enrol', user: 'S01' }),
          ],
        },
        {
          topic: topicOf('journal', STORE),
          contents: [
            { incarnation: 1, events: texts },
            { incarnation: 1, events: ['{}', 'x'] },
          ],
        },
      ];
      let number = Math.floor(systemClock.nowMs() * 1000);
      const signed = fc.constantFrom(...kinds).chain(({ topic, contents }) =>
        changedValue(contents).map((content) => {
          try {
            const message = signMessage(topic, content as object, ++number, [pen.key]);
            return { topic, payload: Buffer.from(JSON.stringify(message)) };
          } catch {
            // What canonical text cannot hold travels unsigned.
            return { topic, payload: Buffer.from(JSON.stringify(content)) };
          }
        }),
      );
      const whole = kinds.map(({ topic, contents: [content = {}] }) => ({
        topic,
        bytes: Buffer.from(JSON.stringify(signMessage(topic, content, ++number, [pen.key]))),
      }));
      const bytes = fc.constantFrom(...whole).chain(({ topic, bytes: given }) =>
        fc
          .oneof(
            mangledBytes(given),
            fc.uint8Array({ maxLength: 60 }).map((some) => Buffer.from(some)),
          )
          .map((payload) => ({ topic, payload })),
      );
      const document = pen.broken.map(({ topic, payload }) => ({
        topic,
        payload: Buffer.from(payload),
      }));
      const message = fc.oneof(
        { arbitrary: signed, weight: 4 },
        { arbitrary: document, weight: 3 },
        { arbitrary: bytes, weight: 2 },
      );
      let pings = 0;
      const results = () =>
        (office.messages.get(topicOf('results', STORE)) ?? []) as readonly CommandResult[];
      await fc.assert(
        fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 6 }), async (messages) => {
          for (const { topic, payload } of messages) office.send(topic, payload);
          // What comes behind them is obeyed: they have all been looked at. As Head Office does it is said again to
          // who does not answer: a kiosk that begins a new epoch connects anew.
          const id = `ping-${++pings}`;
          let saidMs = Number.NEGATIVE_INFINITY;
          await waitFor(`an answer to ${id}`, () => {
            if (performance.now() - saidMs > SAY_AGAIN_MS) {
              saidMs = performance.now();
              office.command(id, { name: 'ping' }, HOLD_MS);
            }
            return results().some((one) => one.command_id === id && one.outcome === 'done');
          });
          const { body } = await kiosk.get('/api/sync');
          expect(body.unsent.count + body.parked).toBeGreaterThanOrEqual(SOLD);
          expect((await kiosk.get('/api/menu')).status).toBe(200);
        }),
        fuzzEffort(15),
      );
      // A good menu and a good config still come through, and by them it sells. A broker retains them: a kiosk that
      // connects anew just now is given them again.
      let sentMs = Number.NEGATIVE_INFINITY;
      await waitFor('the good menu', async () => {
        if (performance.now() - sentMs > SAY_AGAIN_MS) {
          sentMs = performance.now();
          for (const { topic, payload } of [pen.full, pen.delta(2e9), pen.config(2e9)]) {
            office.send(topic, payload);
          }
        }
        const { body } = await kiosk.get('/api/catalogue/status', asManager);
        return body.inForce?.version === 2e9 && body.configVersion === 2e9;
      });
      // By Head Office's signed word its disk was put back: then somebody has to stand for its clock.
      expect((await kiosk.post('/api/clock/confirm', {}, asManager)).status).toBe(200);
      expect((await kiosk.post('/api/orders', cheeseburgers('after'))).status).toBe(201);
      await kiosk.stop();
      await office.stop();
      await database.drop();
    },
  );
});
