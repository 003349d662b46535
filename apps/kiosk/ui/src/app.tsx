import { type Signal, signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { SignIn } from './access/sign-in.tsx';
import { StepUp } from './access/step-up.tsx';
import { TrainingBand, Who } from './access/who.tsx';
import { place } from './router.ts';
import { StateLine } from './state-line.tsx';
import { TillScreen } from './till/screen.tsx';
import { signedOut } from './token.ts';

interface Screen {
  readonly title: string;
  /** Whether the shop's bar is over it; a screen for customers has none. */
  readonly bar: boolean;
  /** Whether the bar leads to it. */
  readonly listed: boolean;
  readonly load: () => Promise<ComponentType>;
}

/** Every screen by its fragment; all but the till are fetched when first shown. */
const SCREENS: Readonly<Record<string, Screen>> = {
  till: { title: 'Till', bar: true, listed: true, load: () => Promise.resolve(TillScreen) },
  orders: {
    title: 'Orders',
    bar: true,
    listed: true,
    load: async () => (await import('./orders/screen.tsx')).OrdersScreen,
  },
  drawer: {
    title: 'Drawer',
    bar: true,
    listed: true,
    load: async () => (await import('./drawer/screen.tsx')).DrawerScreen,
  },
  kitchen: {
    title: 'Kitchen',
    bar: true,
    listed: true,
    load: async () => (await import('./kitchen/screen.tsx')).KitchenScreen,
  },
  manager: {
    title: 'Office',
    bar: true,
    listed: true,
    load: async () => (await import('./manager/screen.tsx')).ManagerScreen,
  },
  crew: {
    title: 'Crew',
    bar: true,
    listed: false,
    load: async () => (await import('./crew/screen.tsx')).CrewScreen,
  },
  display: {
    title: 'Customer display',
    bar: false,
    listed: false,
    load: async () => (await import('./display/screen.tsx')).DisplayScreen,
  },
};

const loaded = new Map<string, Signal<ComponentType | null>>([['till', signal(TillScreen)]]);

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
    // The kiosk is away: the next look at the screen asks for it again.
    () => loaded.delete(name),
  );
  return arriving.value;
}

export function App() {
  const { screen: name } = place.value;
  const screen = SCREENS[name];
  if (screen === undefined) {
    return (
      <main class="empty">
        <h1>There is no such screen</h1>
        <a class="key" href="#/till">
          To the till
        </a>
      </main>
    );
  }
  const Component = componentOf(name, screen);
  document.title = screen.title;
  const shown = Component === null ? null : <Component />;
  if (!screen.bar) return <main class="whole">{shown}</main>;
  return (
    <div class="shell">
      <header class="bar">
        <Navigation current={name} />
        <StateLine />
        <Who />
      </header>
      <TrainingBand />
      <main class="main">{signedOut.value ? <SignIn /> : shown}</main>
      <StepUp />
    </div>
  );
}

const Navigation = ({ current }: { readonly current: string }) => (
  <nav class="navigation" aria-label="Screens">
    {Object.entries(SCREENS)
      .filter(([, { listed }]) => listed)
      .map(([name, { title }]) => (
        <a key={name} href={`#/${name}`} aria-current={name === current ? 'page' : undefined}>
          {title}
        </a>
      ))}
  </nav>
);
