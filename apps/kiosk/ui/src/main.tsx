import { effect } from '@preact/signals';
import { render } from 'preact';
// The tokens and the base come before what screens add to them.
import '@tillwire/design/colours.css';
import './design/tokens.css';
import './design/base.css';
import { lockWhenIdle, refreshMe } from './access/me.ts';
import { App } from './app.tsx';
import { whenIdle } from './idle.ts';
import { followShop, refreshMenu } from './kiosk.ts';
import { followKiosk, onLive } from './live.ts';
import { followAddress, place } from './router.ts';
import { startTill } from './till/start.ts';
import { takeTokenFromAddress } from './token.ts';

/** Screens of the browser that takes orders; the others have no basket of their own. */
const TILL_SCREENS: ReadonlySet<string> = new Set(['till', 'orders', 'drawer']);

/** So long a menu is waited for before a screen without one is drawn, ms: mostly it is drawn once, whole. */
const FIRST_LOOK_MS = 300;

takeTokenFromAddress();
followAddress();
const firstMenu = refreshMenu();
followShop();
onLive('connected', () => void refreshMe());
void refreshMe();
lockWhenIdle();
effect(() => {
  if (TILL_SCREENS.has(place.value.screen)) startTill();
});
const aLook = new Promise((resolve) => setTimeout(resolve, FIRST_LOOK_MS));
void Promise.race([firstMenu, aLook]).then(() => {
  const root = document.getElementById('app');
  if (root !== null) render(<App />, root);
  // Whatever changed since the menu was asked for is asked for again once the events arrive.
  whenIdle(() => void followKiosk(new AbortController().signal));
});
