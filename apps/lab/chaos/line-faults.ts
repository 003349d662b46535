import { pause } from '../waiting.ts';
import type { Line } from '../world/line.ts';
import type { Fault } from './schedule.ts';

export type LineFault = Extract<
  Fault,
  {
    readonly kind:
      | 'cut-line'
      | 'freeze-line'
      | 'slow-line'
      | 'flap-line'
      | 'meddle-line'
      | 'cut-office'
      | 'freeze-office';
  }
>;

/** Does it to a line, and mends it again. */
export async function upsetLine(line: Line, fault: LineFault): Promise<void> {
  if (fault.kind === 'flap-line') {
    for (let time = 0; time < fault.times; time++) {
      line.cut();
      await pause(150);
      line.mend();
      await pause(400);
    }
    return;
  }
  if (fault.kind === 'slow-line') line.slow(fault.delayMs);
  else if (fault.kind === 'meddle-line') line.meddle();
  else if (fault.kind === 'freeze-line' || fault.kind === 'freeze-office') line.freeze();
  else line.cut();
  await pause(fault.forMs);
  line.mend();
}
