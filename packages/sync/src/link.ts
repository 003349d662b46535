/**
 * The connection to the broker as a state machine. A new client for every connection; what
 * an old one still says carries an older generation and is dropped by the driver. Times in milliseconds.
 */
export type LinkState = 'stopped' | 'waiting' | 'connecting' | 'subscribing' | 'up';

export type LinkEvent =
  | { readonly type: 'start' }
  | { readonly type: 'stop' }
  /** CONNACK with success. */
  | { readonly type: 'connected' }
  /** SUBACK granting every subscription. */
  | { readonly type: 'subscribed' }
  /** The connection failed, closed, or refused a subscription. */
  | { readonly type: 'lost' }
  | { readonly type: 'timer' };

export type LinkEffect =
  | { readonly type: 'connect' }
  | { readonly type: 'subscribe' }
  | { readonly type: 'disconnect' }
  | { readonly type: 'set-timer'; readonly ms: number }
  | { readonly type: 'clear-timer' }
  /** Now messages may be sent: what answers them is subscribed to. */
  | { readonly type: 'went-up' }
  | { readonly type: 'went-down' };

export interface Link {
  readonly state: LinkState;
  /** Attempts since the link was last up for `steadyMs`: one that is cut as soon as it is up backs off too. */
  readonly attempt: number;
}

export interface LinkSettings {
  readonly firstBackoffMs: number;
  readonly maxBackoffMs: number;
  /** A connection that is not up by then is given up. */
  readonly connectTimeoutMs: number;
  /** Up for so long, a connection counts as a good one. */
  readonly steadyMs: number;
}

export const STOPPED_LINK: Link = { state: 'stopped', attempt: 0 };

export const LINK_SETTINGS: LinkSettings = {
  firstBackoffMs: 250,
  maxBackoffMs: 15_000,
  connectTimeoutMs: 10_000,
  steadyMs: 5000,
};

/** Half to all of a doubling delay: `chance` in [0, 1) spreads a fleet that lost its broker at once. */
export function backoffMs(
  attempt: number,
  { firstBackoffMs, maxBackoffMs }: Pick<LinkSettings, 'firstBackoffMs' | 'maxBackoffMs'>,
  chance: number,
): number {
  const ceiling = Math.min(maxBackoffMs, firstBackoffMs * 2 ** Math.min(attempt, 30));
  return Math.round(ceiling / 2 + (ceiling / 2) * chance);
}

export interface LinkStep {
  readonly link: Link;
  readonly effects: readonly LinkEffect[];
}
type Transition = (link: Link, settings: LinkSettings, chance: number) => LinkStep;

const stay: Transition = (link) => ({ link, effects: [] });

const connect: Transition = ({ attempt }, { connectTimeoutMs }) => ({
  link: { state: 'connecting', attempt },
  effects: [{ type: 'connect' }, { type: 'set-timer', ms: connectTimeoutMs }],
});

const subscribe: Transition = ({ attempt }) => ({
  link: { state: 'subscribing', attempt },
  effects: [{ type: 'subscribe' }],
});

const goUp: Transition = ({ attempt }, { steadyMs }) => ({
  link: { state: 'up', attempt },
  effects: [{ type: 'set-timer', ms: steadyMs }, { type: 'went-up' }],
});

const steady: Transition = () => ({ link: { state: 'up', attempt: 0 }, effects: [] });

const waitAgain: Transition = ({ attempt }, settings, chance) => ({
  link: { state: 'waiting', attempt: attempt + 1 },
  effects: [
    { type: 'disconnect' },
    { type: 'set-timer', ms: backoffMs(attempt, settings, chance) },
  ],
});

const goDown: Transition = (link, settings, chance) => {
  const { link: next, effects } = waitAgain(link, settings, chance);
  return { link: next, effects: [{ type: 'went-down' }, ...effects] };
};

const stop: Transition = () => ({
  link: STOPPED_LINK,
  effects: [{ type: 'clear-timer' }, { type: 'disconnect' }],
});

const stopFromUp: Transition = () => ({
  link: STOPPED_LINK,
  effects: [{ type: 'went-down' }, { type: 'clear-timer' }, { type: 'disconnect' }],
});

/** Every event in every state: a missing cell does not compile. */
export const LINK_TABLE: Readonly<
  Record<LinkState, Readonly<Record<LinkEvent['type'], Transition>>>
> = {
  stopped: {
    start: connect,
    stop: stay,
    connected: stay,
    subscribed: stay,
    lost: stay,
    timer: stay,
  },
  waiting: {
    start: stay,
    stop,
    connected: stay,
    subscribed: stay,
    lost: stay,
    timer: connect,
  },
  connecting: {
    start: stay,
    stop,
    connected: subscribe,
    subscribed: stay,
    lost: waitAgain,
    timer: waitAgain,
  },
  subscribing: {
    start: stay,
    stop,
    connected: stay,
    subscribed: goUp,
    lost: waitAgain,
    timer: waitAgain,
  },
  up: {
    start: stay,
    stop: stopFromUp,
    connected: stay,
    subscribed: stay,
    lost: goDown,
    timer: steady,
  },
};

/** What follows an event; `chance` in [0, 1) spreads the backoff. */
export const stepLink = (
  link: Link,
  event: LinkEvent,
  settings: LinkSettings,
  chance: number,
): LinkStep => LINK_TABLE[link.state][event.type](link, settings, chance);
