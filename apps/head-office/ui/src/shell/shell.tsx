import { type Signal, signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { firing, followAlerts } from '../alerts/firing.ts';
import { problemText, signedOut } from '../api.ts';
import { words } from '../format.ts';
import { followHeadOffice, live } from '../live.ts';
import { Empty } from '../parts/parts.tsx';
import { place } from '../router.ts';
import { identity, isKnown, may, signOut } from '../session.ts';
import { SignIn } from '../sign-in/screen.tsx';
import { Icon } from './icons.tsx';
import { type Screen, SCREENS } from './screens.ts';

const loaded = new Map<string, Signal<ComponentType | null>>();

/** The component of a screen, or null until it has arrived. */
function componentOf(name: string, screen: Screen): ComponentType | null {
  const known = loaded.get(name);
  if (known !== undefined) return known.value;
  const arriving = signal<ComponentType | null>(null);
  loaded.set(name, arriving);
  screen.load().then(
    (component) => {
      arriving.value = component;
    },
    // Head Office is away: the next look at the screen asks for it again.
    () => loaded.delete(name),
  );
  return arriving.value;
}

export function App() {
  if (!isKnown.value) return null;
  if (identity.value === null || signedOut.value) {
    document.title = 'Sign in · Tillwire Head Office';
    return <SignIn />;
  }
  return <Office />;
}

function Office() {
  useEffect(() => {
    const offs = [followAlerts(), followHeadOffice()];
    return () => offs.forEach((off) => off());
  }, []);
  const { screen: name } = place.value;
  const screen = SCREENS[name];
  document.title = `${screen?.title ?? 'Nothing here'} · Tillwire Head Office`;
  return (
    <div class="shell">
      <a class="skip" href="#main" onClick={skipToMain}>
        To the content
      </a>
      <Side current={name} />
      <main id="main" class="main" tabIndex={-1}>
        <Body name={name} screen={screen} />
      </main>
    </div>
  );
}

/** The fragment is the place: skipping must not change it. */
function skipToMain(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

function Body({ name, screen }: { readonly name: string; readonly screen: Screen | undefined }) {
  if (screen === undefined) {
    return (
      <Empty title="There is no such page">
        <a href="#/overview">To the overview</a>
      </Empty>
    );
  }
  if (!may(screen.permission)) {
    return (
      <Empty title={`${screen.title} is not for your role`}>
        An admin can change what you may do.
      </Empty>
    );
  }
  const Component = componentOf(name, screen);
  return Component === null ? null : <Component />;
}

/** How many alerts nobody looks after. */
function FiringBadge() {
  const { critical = 0, unacknowledged = 0 } = firing.value ?? {};
  if (unacknowledged === 0) return null;
  return (
    <span class={`menu-count ${critical > 0 ? 'critical' : ''}`}>
      {unacknowledged}
      <span class="visually-hidden"> nobody looks after</span>
    </span>
  );
}

const LIVE_TEXT = { connecting: 'Connecting', up: 'Live', down: 'Not live' } as const;

/** Signed out is only who Head Office says is: the session lives on where it does not answer. */
function SignOut() {
  const [trouble, setTrouble] = useState<string | null>(null);
  const leave = async (): Promise<void> => {
    const answer = await signOut();
    if (!answer.ok) setTrouble(problemText(answer.problem));
  };
  return (
    <>
      <button type="button" class="side-button" onClick={() => void leave()}>
        Sign out
      </button>
      <span role="alert">{trouble === null ? null : `Still signed in: ${trouble}`}</span>
    </>
  );
}

const Side = ({ current }: { readonly current: string }) => (
  <header class="side">
    <a class="mark" href="#/overview">
      <img src="/icon.svg" width="30" height="30" alt="" />
      <span>
        Tillwire <small>Head Office</small>
      </span>
    </a>
    <nav class="menu" aria-label="Pages">
      {Object.entries(SCREENS)
        .filter(([, { listed, permission }]) => listed && may(permission))
        .map(([name, { title }]) => (
          <a key={name} href={`#/${name}`} aria-current={name === current ? 'page' : undefined}>
            <Icon name={name} />
            {title}
            {name === 'alerts' ? <FiringBadge /> : null}
          </a>
        ))}
    </nav>
    <div class="whoami">
      <span class={`live ${live.value}`} role="status">
        {LIVE_TEXT[live.value]}
      </span>
      <span class="whoami-name">
        <strong>{identity.value?.fullName}</strong>
        <small>{words(identity.value?.role ?? '')}</small>
      </span>
      <span class="whoami-doors">
        <a class="side-button" href="#/password">
          Password
        </a>
        <SignOut />
      </span>
    </div>
  </header>
);
