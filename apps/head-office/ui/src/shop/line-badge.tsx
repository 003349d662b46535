import { Badge } from '../parts/parts.tsx';
import type { Shop } from '../shops.ts';

export function LineBadge({ shop }: { readonly shop: Shop }) {
  if (shop.revokedAt !== null) return <Badge tone="quiet">Revoked</Badge>;
  if (shop.changedAt === null) return <Badge tone="quiet">Not heard yet</Badge>;
  return shop.online ? <Badge tone="good">Online</Badge> : <Badge tone="danger">Offline</Badge>;
}
