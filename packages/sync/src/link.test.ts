import { describe, expect, test } from 'vitest';
import {
  backoffMs,
  type Link,
  type LinkEffect,
  type LinkEvent,
  LINK_SETTINGS,
  LINK_TABLE,
  type LinkState,
  stepLink,
} from './link.ts';

const settings = { ...LINK_SETTINGS, firstBackoffMs: 200, maxBackoffMs: 10_000 };
const at = (state: LinkState, attempt = 3): Link => ({ state, attempt });

const told = (effects: readonly LinkEffect[]): string =>
  effects
    .map((effect) => (effect.type === 'set-timer' ? `timer ${effect.ms}` : effect.type))
    .join(', ');
const step = (link: Link, type: LinkEvent['type']): string => {
  const { link: next, effects } = stepLink(link, { type }, settings, 0);
  return `${next.state} ${next.attempt}: ${told(effects)}`;
};

/** Every cell: what follows in a link on its third attempt. */
const TABLE: Readonly<Record<LinkState, Readonly<Record<LinkEvent['type'], string>>>> = {
  stopped: {
    start: 'connecting 3: connect, timer 10000',
    stop: 'stopped 3: ',
    connected: 'stopped 3: ',
    subscribed: 'stopped 3: ',
    lost: 'stopped 3: ',
    timer: 'stopped 3: ',
  },
  waiting: {
    start: 'waiting 3: ',
    stop: 'stopped 0: clear-timer, disconnect',
    connected: 'waiting 3: ',
    subscribed: 'waiting 3: ',
    lost: 'waiting 3: ',
    timer: 'connecting 3: connect, timer 10000',
  },
  connecting: {
    start: 'connecting 3: ',
    stop: 'stopped 0: clear-timer, disconnect',
    connected: 'subscribing 3: subscribe',
    subscribed: 'connecting 3: ',
    lost: 'waiting 4: disconnect, timer 800',
    timer: 'waiting 4: disconnect, timer 800',
  },
  subscribing: {
    start: 'subscribing 3: ',
    stop: 'stopped 0: clear-timer, disconnect',
    connected: 'subscribing 3: ',
    subscribed: 'up 3: timer 5000, went-up',
    lost: 'waiting 4: disconnect, timer 800',
    timer: 'waiting 4: disconnect, timer 800',
  },
  up: {
    start: 'up 3: ',
    stop: 'stopped 0: went-down, clear-timer, disconnect',
    connected: 'up 3: ',
    subscribed: 'up 3: ',
    lost: 'waiting 4: went-down, disconnect, timer 800',
    timer: 'up 0: ',
  },
};

const cells = Object.entries(TABLE).flatMap(([state, row]) =>
  Object.entries(row).map(([event, outcome]) => ({ state, event, outcome })),
);

describe('the link', () => {
  test.each(cells)('$state, $event', ({ state, event, outcome }) => {
    expect(step(at(state as LinkState), event as LinkEvent['type'])).toBe(outcome);
  });

  test('is expected above in every cell it has', () => {
    const own = Object.entries(LINK_TABLE).map(([state, row]) => [state, Object.keys(row).sort()]);
    const expected = Object.entries(TABLE).map(([state, row]) => [state, Object.keys(row).sort()]);
    expect(own).toEqual(expected);
  });

  test('is told up and down in turns, whatever happens', () => {
    const events = ['start', 'stop', 'connected', 'subscribed', 'lost', 'timer'] as const;
    const wrong: string[] = [];
    // Every sequence of six events.
    for (let code = 0; code < 6 ** 6; code++) {
      let link: Link = at('stopped', 0);
      let up = false;
      for (let rest = code, left = 6; left > 0; left--, rest = Math.floor(rest / 6)) {
        const next = stepLink(link, { type: events[rest % 6] ?? 'timer' }, settings, 0.5);
        for (const { type } of next.effects) {
          if (type !== 'went-up' && type !== 'went-down') continue;
          if (up === (type === 'went-up')) wrong.push(`${type} twice by sequence ${code}`);
          up = type === 'went-up';
        }
        link = next.link;
        if (up !== (link.state === 'up')) wrong.push(`${link.state} untold by sequence ${code}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('backs off between half and all of a doubling delay, up to the most', () => {
    expect([0, 1, 2, 6, 99].map((attempt) => backoffMs(attempt, settings, 0))).toEqual([
      100, 200, 400, 5000, 5000,
    ]);
    expect([0, 1, 2, 6, 99].map((attempt) => backoffMs(attempt, settings, 1))).toEqual([
      200, 400, 800, 10_000, 10_000,
    ]);
  });

  test('backs off further each time a connection is cut as soon as it is up, until one holds', () => {
    let link: Link = at('stopped', 0);
    const feed = (...types: LinkEvent['type'][]): void => {
      for (const type of types) link = stepLink(link, { type }, settings, 0).link;
    };
    feed('start', 'connected', 'subscribed', 'lost', 'timer', 'connected', 'subscribed', 'lost');
    expect(link).toEqual({ state: 'waiting', attempt: 2 });
    feed('timer', 'connected', 'subscribed', 'timer', 'lost');
    expect(link).toEqual({ state: 'waiting', attempt: 1 });
  });
});
