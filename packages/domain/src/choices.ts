import type { ProductCode } from './ids.ts';
import { fault, type OrderFault } from './faults.ts';
import { err, ok, type Result } from './result.ts';

/**
 * Gives each choice group the one chosen product that belongs to it, whatever the order they were sent in
 * (a bipartite matching, since groups may share members). Returns the choices in the order of the groups.
 */
export function assignChoices(
  groups: readonly (readonly ProductCode[])[],
  chosen: readonly number[],
  path: string,
): Result<readonly ProductCode[], readonly OrderFault[]> {
  const strangers = chosen.flatMap((code, at) =>
    groups.some((group) => group.includes(code as ProductCode))
      ? []
      : [fault('choice-not-offered', `${path}.${at}`, code)],
  );
  if (strangers.length > 0) return err(strangers);
  if (chosen.length > groups.length) return err([fault('surplus-choice', path, chosen.length)]);
  if (chosen.length < groups.length) return err([fault('missing-choice', path, chosen.length)]);

  const choiceOf = groups.map(() => -1);
  const place = (choice: number, tried: Set<number>): boolean => {
    // Its own place first, so that choices sent in the groups' order stay in it.
    for (let step = 0; step < groups.length; step++) {
      const at = (choice + step) % groups.length;
      if (tried.has(at) || !groups[at]?.includes(chosen[choice] as ProductCode)) continue;
      tried.add(at);
      const holder = choiceOf[at] as number;
      if (holder === -1 || place(holder, tried)) {
        choiceOf[at] = choice;
        return true;
      }
    }
    return false;
  };
  for (let choice = 0; choice < chosen.length; choice++) {
    if (!place(choice, new Set())) return err([fault('missing-choice', path, chosen.length)]);
  }
  return ok(choiceOf.map((choice) => chosen[choice] as ProductCode));
}
