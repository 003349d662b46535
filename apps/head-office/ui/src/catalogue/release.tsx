import { momentText, words } from '../format.ts';
import { useLoad } from '../load.ts';
import { PageHead, Trouble } from '../parts/parts.tsx';
import { linkTo } from '../router.ts';
import { DiffWords } from './diff-words.tsx';
import type { Release, TargetDiff } from './model.ts';

/** One release, with what it changed. */
export function ReleaseScreen({ releaseId }: { readonly releaseId: number }) {
  const found = useLoad<Release & { readonly diff: readonly TargetDiff[] }>(
    `/api/catalogue/releases/${releaseId}`,
  );
  const release = found.value;
  return (
    <div class="stack">
      <nav class="small" aria-label="Where you are">
        <a href="#/catalogue">Catalogue</a>
      </nav>
      <PageHead
        title={`Release ${releaseId}`}
        lead={
          release === null
            ? undefined
            : `${release.note}. Published ${momentText(release.publishedAtMs)} by ${release.publishedBy}; ${words(release.state).toLowerCase()}`
        }
      >
        <a class="button" href={linkTo(['catalogue', 'menu'], { release: String(releaseId) })}>
          Its menu
        </a>
      </PageHead>
      <Trouble trouble={found.trouble} onRetry={found.reload} />
      {release === null ? null : (
        <section class="card stack">
          <h2>What it changed</h2>
          {release.basedOn === null ? (
            <p class="soft">It was the first.</p>
          ) : (
            <DiffWords diff={release.diff} />
          )}
        </section>
      )}
    </div>
  );
}
