import './catalogue.css';
import { useEffect } from 'preact/hooks';
import { momentText } from '../format.ts';
import { onLive } from '../live.ts';
import { useLoad } from '../load.ts';
import { PageHead, Select, Trouble } from '../parts/parts.tsx';
import { go, linkTo, place } from '../router.ts';
import { DraftScreen } from './draft.tsx';
import { Drafts } from './drafts.tsx';
import { MenuBrowser } from './menu-browser.tsx';
import type { CatalogueNow } from './model.ts';
import { PriceListView } from './price-list.tsx';
import { ReleaseScreen } from './release.tsx';
import { RollOut } from './roll-out.tsx';

const TABS = { now: 'In the shops', drafts: 'Drafts', menu: 'Menu', prices: 'Price list' } as const;
type Tab = keyof typeof TABS;

/** The catalogue studio. */
export function CatalogueScreen() {
  const [tab = 'now', id] = place.value.rest;
  if (tab === 'drafts' && id !== undefined) return <DraftScreen draftId={Number(id)} />;
  if (tab === 'releases' && id !== undefined) return <ReleaseScreen releaseId={Number(id)} />;
  return <Studio tab={tab in TABS ? (tab as Tab) : 'now'} />;
}

function Studio({ tab }: { readonly tab: Tab }) {
  const catalogue = useLoad<CatalogueNow>('/api/catalogue');
  useEffect(() => onLive('catalogue', catalogue.reload), []);
  return (
    <div class="stack">
      <PageHead title="Catalogue" lead="The menu of the chain, from draft to every shop" />
      <nav class="tabs" aria-label="Catalogue">
        {Object.entries(TABS).map(([name, title]) => (
          <a
            key={name}
            href={linkTo(['catalogue', name])}
            aria-current={name === tab ? 'page' : undefined}
          >
            {title}
          </a>
        ))}
      </nav>
      <Trouble trouble={catalogue.trouble} onRetry={catalogue.reload} />
      {tab === 'drafts' ? <Drafts /> : null}
      {catalogue.value === null ? null : (
        <Part tab={tab} catalogue={catalogue.value} onChanged={catalogue.reload} />
      )}
    </div>
  );
}

interface PartProps {
  readonly tab: Tab;
  readonly catalogue: CatalogueNow;
  readonly onChanged: () => void;
}

function Part({ tab, catalogue, onChanged }: PartProps) {
  const { releases, standing } = catalogue;
  if (tab === 'now') return <RollOut catalogue={catalogue} onChanged={onChanged} />;
  if (tab === 'drafts') return null;
  const asked = Object.fromEntries(place.value.query);
  const release = asked['release'] ?? String(releases[0]?.releaseId ?? '');
  const target = asked['target'] ?? 'base';
  const change = (given: Readonly<Record<string, string>>) =>
    go(linkTo(['catalogue', tab], { ...asked, ...given }));
  return (
    <>
      <div class="filters card no-print">
        <Select
          label="Release"
          value={release}
          onChange={(value) => change({ release: value })}
          options={releases.map(({ releaseId, note }) => ({
            value: String(releaseId),
            label: `${releaseId} ${note}`,
          }))}
        />
        <Select
          label="Sold by"
          value={target}
          onChange={(value) => change({ target: value })}
          options={[
            { value: 'base', label: 'Whole chain' },
            ...standing.map(({ store, name }) => ({ value: store, label: `${store} ${name}` })),
          ]}
        />
        {tab === 'prices' ? (
          <Select
            label="Band"
            value={asked['band'] ?? '1'}
            onChange={(value) => change({ band: value })}
            options={[1, 2, 3, 4, 5, 6].map((band) => ({
              value: String(band),
              label: `Band ${band}`,
            }))}
          />
        ) : null}
      </div>
      {release === '' ? (
        <p class="soft">Nothing was published yet.</p>
      ) : tab === 'menu' ? (
        <MenuBrowser
          path={`/api/catalogue/releases/${release}/menu?target=${target}`}
          basePath={
            target === 'base' ? null : `/api/catalogue/releases/${release}/menu?target=base`
          }
        />
      ) : (
        <PriceListView
          path={`/api/catalogue/releases/${release}/price-list?target=${target}&band=${asked['band'] ?? '1'}`}
          about={aboutList(releases, standing, { release, target })}
        />
      )}
    </>
  );
}

/** `Whole chain, release 4 of 27 Nov 2025`. */
function aboutList(
  releases: CatalogueNow['releases'],
  standing: CatalogueNow['standing'],
  { release, target }: { readonly release: string; readonly target: string },
): string {
  const shop = standing.find(({ store }) => store === target);
  const published = releases.find(({ releaseId }) => String(releaseId) === release);
  const when = published === undefined ? '' : ` of ${momentText(published.publishedAtMs)}`;
  return `${shop === undefined ? 'Whole chain' : `${shop.store} ${shop.name}`}, release ${release}${when}`;
}
