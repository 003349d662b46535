import { changeMenu, dropAcknowledgement, halveMenu, PLANTS, runChaos } from '@tillwire/lab';
import { describe, expect, it } from 'vitest';
import { waitFor } from './harness/wait.ts';

describe('A run of chaos', () => {
  it(
    'loses and doubles nothing, and its checker sees whatever is planted',
    { timeout: 300_000 },
    async () => {
      const seen: Record<string, readonly string[]> = {};
      const report = await runChaos({
        seed: 'planted-5',
        minutes: 0.2,
        leastOrders: 25,
        stores: 1,
        ordersPerMinute: 400,
        faultsPerMinute: 30,
        kinds: [],
        broker: 'mosquitto',
        keep: undefined,
        tell: () => undefined,
        signal: new AbortController().signal,
        afterwards: async ({ world, history, check, sellMore }) => {
          const seenNow = async (): Promise<readonly string[]> => [
            ...new Set((await check()).findings.map((finding) => finding.check)),
          ];
          const [shop] = world.shops;
          if (shop === undefined) throw new Error('there is no shop');
          await shop.programs.sync.halt();
          const mendAcknowledgement = dropAcknowledgement(shop.database);
          seen['an acknowledgement is dropped'] = await seenNow();
          mendAcknowledgement();
          expect(await seenNow()).toEqual([]);
          await shop.programs.sync.start();
          // Whoever would mend it by themselves is told to stay away.
          await Promise.all(world.office.ingest.map((worker) => worker.stop()));
          const sold = [...history.orders().values()].find(
            ({ kind, status, lines }) =>
              kind === 'sale' && status === 'completed' && lines.length > 0,
          );
          for (const { name, spoil, mend } of PLANTS) {
            await spoil(world.books, sold?.globalOrderId ?? '');
            seen[name] = await seenNow();
            await mend(world.books, sold?.globalOrderId ?? '');
          }
          expect(await check()).toMatchObject({ lost: 0, duplicated: 0, findings: [] });
          await Promise.all(world.office.ingest.map((worker) => worker.start()));

          // What was sold from half a menu stays sold: so it is the last.
          const before = await shop.face.get('/api/catalogue');
          await changeMenu(world, 37);
          await waitFor('the menu to be in force', async () => {
            const { body } = await shop.face.get('/api/catalogue');
            return body.catalogVersion > before.body.catalogVersion;
          });
          await sellMore(20);
          expect(await seenNow()).toEqual([]);
          const mendMenu = halveMenu(shop.database);
          await shop.programs.web.knock('SIGKILL');
          await sellMore(20);
          seen['a menu is applied by halves'] = await seenNow();
          mendMenu();
        },
      });
      expect(seen['an acknowledgement is dropped']).toEqual(['watermark']);
      expect(seen['a menu is applied by halves']).toEqual(['menu']);
      expect(report).toMatchObject({ lost: 0, duplicated: 0, findings: [] });
      expect(report.survived).toBe(report.faults);
      for (const { name, seenBy } of PLANTS) {
        expect({ name, seen: seen[name] }).toEqual({
          name,
          seen: expect.arrayContaining([seenBy]) as unknown,
        });
      }
    },
  );
});
