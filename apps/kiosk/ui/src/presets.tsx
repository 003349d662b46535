/** What is mostly said here, one touch each: a till often has no keyboard. Anything else is typed. */
export const Presets = ({
  words,
  onPick,
}: {
  readonly words: readonly string[];
  readonly onPick: (word: string) => void;
}) => (
  <div class="presets" role="group" aria-label="Often said">
    {words.map((word) => (
      <button key={word} type="button" class="key quiet" onClick={() => onPick(word)}>
        {word}
      </button>
    ))}
  </div>
);
