import type { JoinContent } from '@tillwire/contract';

/** What once came out of a join file and made half a kiosk, or none and no clear word why. */
export const JOIN_CORPUS: readonly Partial<JoinContent>[] = [];
