import { signal } from '@preact/signals';

const KEY = 'tillwire.token';

/** Whether the kiosk asked who this is; the sign-in screen shows while it does. */
export const signedOut = signal(false);
/** Whether this till may sell without anybody signing in. */
export const openTill = signal(true);

/** The bearer token of this tab, or null where a session cookie speaks for it. */
export const token = (): string | null => sessionStorage.getItem(KEY);

function keepToken(given: string): void {
  sessionStorage.setItem(KEY, given);
  signedOut.value = false;
}

export const forgetToken = (): void => sessionStorage.removeItem(KEY);

/** Goes back to selling as whoever stands at the screen. */
export function goOnUnknown(): void {
  forgetToken();
  signedOut.value = false;
  location.hash = '#/till';
}

/** A token handed over in the fragment (`#token=…`) is kept for this tab and taken out of the address. */
export function takeTokenFromAddress(): void {
  const match = /^#token=([^&]+)(?:&(.*))?$/.exec(location.hash);
  if (match === null) return;
  keepToken(decodeURIComponent(match[1] ?? ''));
  history.replaceState(null, '', `${location.pathname}#${match[2] ?? ''}`);
}
