import { change } from '../format.ts';

/** A change in words, sign and colour. */
export function Delta({ now, then }: { readonly now: number; readonly then: number }) {
  const text = change(now, then);
  if (text === null) {
    return (
      <span class="soft">
        –<span class="visually-hidden"> nothing to compare with</span>
      </span>
    );
  }
  const tone = text.startsWith('±') ? 'soft' : now > then ? 'better' : 'worse';
  return <span class={`strong ${tone}`}>{text}</span>;
}
