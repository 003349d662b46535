import { rememberTill } from './memory.ts';
import { watchChanges } from './notices.ts';
import { closeTenderOfNothing } from './sale.ts';
import { showCustomer } from './show-customer.ts';

let isStarted = false;

/** Makes this browser a till, once. */
export function startTill(): void {
  if (isStarted) return;
  isStarted = true;
  rememberTill();
  closeTenderOfNothing();
  watchChanges();
  showCustomer();
}
