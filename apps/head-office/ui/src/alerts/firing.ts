import { signal } from '@preact/signals';
import { get } from '../api.ts';
import { onLive } from '../live.ts';

/** How many alerts fire and follow from no other. */
export interface Firing {
  readonly critical: number;
  readonly warning: number;
  readonly info: number;
  readonly unacknowledged: number;
}

/** Null until it is known. */
export const firing = signal<Firing | null>(null);

/** Keeps the count; returns how to stop. */
export function followAlerts(): () => void {
  const offs = [
    onLive('connected', () => {
      void get<Firing>('/api/alerts/summary').then((answer) => {
        if (answer.ok) firing.value = answer.value;
      });
    }),
    onLive('alerts', (data) => {
      firing.value = data as Firing;
    }),
  ];
  return () => offs.forEach((off) => off());
}
