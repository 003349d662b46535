import { effect } from '@preact/signals';
import { render } from 'preact';
// The tokens and the base come before what screens add to them.
import '@tillwire/design/colours.css';
import './design/tokens.css';
import './design/base.css';
import { lockWhenIdle, refreshMe } from './access/me.ts';
import { App } from './app.tsx';
import { followShop } from './kiosk.ts';
import { followKiosk, onLive } from './live.ts';
import { followAddress, place } from './router.ts';
import { startTill } from './till/start.ts';
import { takeTokenFromAddress } from './token.ts';

/** Screens of the browser that takes orders; the others have no basket of their own. */
const TILL_SCREENS: ReadonlySet<string> = new Set(['till', 'orders', 'drawer']);

takeTokenFromAddress();
followAddress();
followShop();
onLive('connected', () => void refreshMe());
void refreshMe();
lockWhenIdle();
effect(() => {
  if (TILL_SCREENS.has(place.value.screen)) startTill();
});
const root = document.getElementById('app');
if (root !== null) render(<App />, root);
void followKiosk(new AbortController().signal);
