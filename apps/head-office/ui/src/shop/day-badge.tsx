import { words } from '../format.ts';
import { Badge, type Tone } from '../parts/parts.tsx';

export const DAY_TONES: Readonly<Record<string, Tone>> = {
  reconciled: 'good',
  differs: 'danger',
  waiting: 'warn',
  superseded: 'warn',
};

/** Whether a closed day reconciles. */
export const DayBadge = ({ state }: { readonly state: string }) => (
  <Badge tone={DAY_TONES[state] ?? 'quiet'}>{words(state)}</Badge>
);
