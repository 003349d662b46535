import { words } from '../format.ts';
import { Badge } from '../parts/parts.tsx';
import { isBehind, type Shop } from '../shops.ts';

/** Which release a shop was told to sell from, and whether it does. */
export function MenuBadge({ shop }: { readonly shop: Shop }) {
  const { catalogue, heartbeat } = shop;
  if (catalogue === null) return <span class="soft">told none</span>;
  const release = `Release ${catalogue.release}`;
  if (catalogue.progress === 'refused') return <Badge tone="danger">{release} refused</Badge>;
  if (isBehind(shop)) return <Badge tone="warn">Not yet {release.toLowerCase()}</Badge>;
  if (catalogue.progress === 'applied' || heartbeat?.catalogVersion === catalogue.version) {
    return <Badge tone="good">{release}</Badge>;
  }
  return <Badge tone="quiet">{`${release} ${words(catalogue.progress).toLowerCase()}`}</Badge>;
}
