/** At the latest so long after it was asked for, ms: a till touched without a pause has its idle work done too. */
const WITHIN_MS = 250;

/** Does `work` when what was changed has been drawn and no touch waits. Returns how to call it off. */
export function whenIdle(work: () => void): () => void {
  // Not in Safari.
  if (!('requestIdleCallback' in globalThis)) {
    const timer = setTimeout(work, 40);
    return () => clearTimeout(timer);
  }
  const id = requestIdleCallback(work, { timeout: WITHIN_MS });
  return () => cancelIdleCallback(id);
}

/** `work` when there is time for it, once for however often it was asked for meanwhile. */
export function onceIdle(work: () => void): () => void {
  let isAsked = false;
  return () => {
    if (isAsked) return;
    isAsked = true;
    whenIdle(() => {
      isAsked = false;
      work();
    });
  };
}
