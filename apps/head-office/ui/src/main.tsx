import { render } from 'preact';
// The tokens and the base come before what screens add to them.
import '@tillwire/design/colours.css';
import './design/tokens.css';
import './design/base.css';
import './parts/chart.css';
import './shell/shell.css';
import './sign-in/sign-in.css';
import { followAddress } from './router.ts';
import { recognise } from './session.ts';
import { App } from './shell/shell.tsx';

followAddress();
void recognise();
const root = document.getElementById('app');
if (root !== null) render(<App />, root);
