import { words } from '../format.ts';
import { Badge } from '../parts/parts.tsx';

export const StatusBadge = ({ status }: { readonly status: string }) => (
  <Badge tone={status === 'voided' ? 'danger' : 'good'}>{words(status)}</Badge>
);
