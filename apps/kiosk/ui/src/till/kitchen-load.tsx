import { signal } from '@preact/signals';
import type { Zone } from '@tillwire/domain';
import { useEffect } from 'preact/hooks';
import { get } from '../api.ts';
import { onceIdle } from '../idle.ts';
import { onLive } from '../live.ts';

interface ZoneLoad {
  readonly zone: Zone;
  readonly items: number;
  readonly limit: number | null;
  readonly isFull: boolean;
}

const full = signal<readonly ZoneLoad[]>([]);

const ZONES: Readonly<Record<Zone, string>> = {
  prep: 'Grill and prep',
  fryer: 'Fryer',
  drinks: 'Drinks',
};

async function readLoad(): Promise<void> {
  const answer = await get<{ readonly zones: readonly ZoneLoad[] }>('/api/kitchen/load');
  if (answer.ok) full.value = answer.value.zones.filter(({ isFull }) => isFull);
}

/** Before an order is begun: which zone of the kitchen has its hands full. It stops nobody. */
export function KitchenLoad() {
  useEffect(() => {
    const readSoon = onceIdle(() => void readLoad());
    readSoon();
    const stops = (['kitchen', 'order', 'connected'] as const).map((event) =>
      onLive(event, readSoon),
    );
    return () => {
      for (const stop of stops) stop();
    };
  }, []);
  if (full.value.length === 0) return null;
  return (
    <ul class="kitchen-load">
      {full.value.map(({ zone, items, limit }) => (
        <li key={zone}>
          <strong>{ZONES[zone]} is full:</strong> {items} in preparation, limit {limit}
        </li>
      ))}
    </ul>
  );
}
