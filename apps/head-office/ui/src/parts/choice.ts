/** `chosen` with `item` taken in, or out when it was in. */
export function toggled<T>(chosen: ReadonlySet<T>, item: T): ReadonlySet<T> {
  const next = new Set(chosen);
  if (!next.delete(item)) next.add(item);
  return next;
}
