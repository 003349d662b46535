import { batch, signal } from '@preact/signals';
import { type Answer, get, post, stepUp } from '../api.ts';
import { listenAnew } from '../live.ts';
import { forgetToken, openTill, signedOut, token } from '../token.ts';

/** Who is signed in at this browser, and what may be done without it (`GET /api/me`). */
export interface Me {
  readonly store: string;
  readonly shop: string;
  readonly role: 'public' | 'crew' | 'shift-manager' | 'manager';
  readonly crewId: string | null;
  readonly name: string;
  readonly signedIn: boolean;
  readonly open: boolean;
  readonly needsSetUp: boolean;
  readonly lockAfterS: number;
  readonly training: boolean;
}

export const me = signal<Me | null>(null);

function take(answer: Answer<Me>): Answer<Me> {
  if (!answer.ok) return answer;
  batch(() => {
    me.value = answer.value;
    openTill.value = answer.value.open;
    signedOut.value = answer.value.role === 'public';
  });
  return answer;
}

export const refreshMe = async (): Promise<Answer<Me>> => take(await get<Me>('/api/me'));

export async function signIn(pin: string): Promise<Answer<Me>> {
  const answer = take(await post<Me>('/api/sign-in', { pin }));
  if (answer.ok) listenAnew();
  return answer;
}

/** Whether there is anybody to sign out. */
export const canLock = (): boolean => me.value?.signedIn === true || token() !== null;

/** Signs out and asks for a PIN; what was rung up stays for whoever comes next. */
export async function lock(): Promise<void> {
  void stepUp.value?.give(null);
  await post('/api/sign-out', {});
  forgetToken();
  await refreshMe();
  listenAnew();
}

/** Practises, or sells again, until signed out. */
export async function setTraining(on: boolean): Promise<Answer<unknown>> {
  const answer = await post('/api/training', { on });
  await refreshMe();
  return answer;
}

const STILL_HERE_EVERY_MS = 30_000;

/** Locks a till nobody has touched for as long as the kiosk says, and tells the kiosk of those who do. */
export function lockWhenIdle(): void {
  let touchedAt = performance.now();
  let toldAt = touchedAt;
  const touch = (): void => {
    touchedAt = performance.now();
    if (me.value?.signedIn !== true || touchedAt - toldAt < STILL_HERE_EVERY_MS) return;
    toldAt = touchedAt;
    void post('/api/me/still-here', {});
  };
  for (const event of ['pointerdown', 'keydown']) addEventListener(event, touch, { capture: true });
  setInterval(() => {
    const now = me.value;
    if (now?.signedIn !== true) touchedAt = performance.now();
    else if (performance.now() - touchedAt > now.lockAfterS * 1000) void lock();
  }, 1000);
}
