/** Moves focus to the nearest key in the arrow's direction among the buttons of the group it stands in. */
export function moveByArrows(event: KeyboardEvent): void {
  const step = STEPS[event.key];
  const from = document.activeElement;
  if (step === undefined || !(from instanceof HTMLButtonElement)) return;
  const group = event.currentTarget as HTMLElement;
  const at = centreOf(from);
  let best: { readonly key: HTMLElement; readonly distance: number } | null = null;
  for (const key of group.querySelectorAll<HTMLElement>('button:not(:disabled)')) {
    const to = centreOf(key);
    const along = (to.x - at.x) * step.x + (to.y - at.y) * step.y;
    if (key === from || along <= 4) continue;
    const across = Math.abs((to.x - at.x) * step.y) + Math.abs((to.y - at.y) * step.x);
    const distance = along + 3 * across;
    if (best === null || distance < best.distance) best = { key, distance };
  }
  if (best === null) return;
  event.preventDefault();
  best.key.focus();
}

const STEPS: Readonly<Record<string, { readonly x: number; readonly y: number }>> = {
  ArrowRight: { x: 1, y: 0 },
  ArrowLeft: { x: -1, y: 0 },
  ArrowDown: { x: 0, y: 1 },
  ArrowUp: { x: 0, y: -1 },
};

function centreOf(element: Element): { readonly x: number; readonly y: number } {
  const { left, top, width, height } = element.getBoundingClientRect();
  return { x: left + width / 2, y: top + height / 2 };
}
