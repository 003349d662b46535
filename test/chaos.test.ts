import { PLANTS, runChaos } from '@tillwire/lab';
import { describe, expect, it } from 'vitest';

describe('A run of chaos', () => {
  it('loses and doubles nothing, and its checker sees whatever is planted', async () => {
    const seen: Record<string, readonly string[]> = {};
    const report = await runChaos({
      seed: 'planted',
      minutes: 0.2,
      leastOrders: 25,
      stores: 1,
      ordersPerMinute: 400,
      faultsPerMinute: 20,
      kinds: [],
      broker: 'mosquitto',
      keep: undefined,
      tell: () => undefined,
      signal: new AbortController().signal,
      afterwards: async ({ world, history, check }) => {
        // Whoever would mend it by themselves is told to stay away.
        await Promise.all(world.office.ingest.map((worker) => worker.stop()));
        const sold = [...history.orders().values()].find(
          ({ kind, status, lines }) =>
            kind === 'sale' && status === 'completed' && lines.length > 0,
        );
        for (const { name, spoil, mend } of PLANTS) {
          await spoil(world.books, sold?.globalOrderId ?? '');
          seen[name] = (await check()).findings.map((finding) => finding.check);
          await mend(world.books, sold?.globalOrderId ?? '');
        }
        expect(await check()).toMatchObject({ lost: 0, duplicated: 0, findings: [] });
      },
    });
    expect(report).toMatchObject({ lost: 0, duplicated: 0, findings: [] });
    expect(report.survived).toBe(report.faults);
    for (const { name, seenBy } of PLANTS) {
      expect({ name, seen: seen[name] }).toEqual({
        name,
        seen: expect.arrayContaining([seenBy]) as unknown,
      });
    }
  });
});
