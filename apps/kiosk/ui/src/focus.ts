import { useEffect, useLayoutEffect } from 'preact/hooks';

let byKeys = false;
addEventListener('keydown', () => (byKeys = true), true);
addEventListener('pointerdown', () => (byKeys = false), true);

/**
 * Moves the focus to what has just come up. Where keys are used it goes with the change: the next key pressed is meant
 * for it. After a touch it goes once that is painted, since finding its place makes the browser lay out everything.
 */
export function useFocus(move: () => void, changes: readonly unknown[]): void {
  useLayoutEffect(() => {
    if (byKeys) move();
  }, changes as unknown[]);
  useEffect(() => {
    if (!byKeys) move();
  }, changes as unknown[]);
}
