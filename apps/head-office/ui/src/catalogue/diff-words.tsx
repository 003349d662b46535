import type { TargetDiff } from './model.ts';

const SHOWN = 200;

/** A difference in words and money, for the base and for each shop that differs. */
export const DiffWords = ({ diff }: { readonly diff: readonly TargetDiff[] }) =>
  diff.length === 0 ? (
    <p class="soft">Nothing differs.</p>
  ) : (
    <>
      {diff.map(({ target, words }) => (
        <section key={target} class="stack diff">
          <h3>
            {target === 'base' ? 'The whole chain' : `Shop ${target}`}: {words.length}{' '}
            {words.length === 1 ? 'change' : 'changes'}
          </h3>
          <ul>
            {words.slice(0, SHOWN).map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
          {words.length > SHOWN ? (
            <p class="soft">and {words.length - SHOWN} more, which publishing does as well.</p>
          ) : null}
        </section>
      ))}
    </>
  );
