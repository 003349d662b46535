import { canLock, lock, me } from './me.ts';
import './access.css';

/** Who is signed in, and the key that locks the till. */
export function Who() {
  const who = me.value;
  if (who === null || !canLock()) return null;
  return (
    <button type="button" class="who" onClick={() => void lock()}>
      <span class="who-name">{who.signedIn ? who.name : 'Manager'}</span>
      <span class="who-lock">Lock</span>
    </button>
  );
}

/** Says, over every screen, that nothing sold here is booked. */
export const TrainingBand = () =>
  me.value?.training === true ? (
    <p class="training-band" role="status">
      <strong>TRAINING</strong> Nothing is booked: take no real money.
    </p>
  ) : null;
