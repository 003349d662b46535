import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AlertRule,
  type AlertState,
  GROUP_INTERVAL_MS,
  GROUP_WAIT_MS,
  groupsToTell,
  inhibitorOf,
  isSilenced,
  REPEAT_MS,
  stepAlerts,
  type Tellable,
} from './machine.ts';
import type { Reading } from './signals.ts';

const rule = (given: Partial<AlertRule> = {}): AlertRule => ({
  ruleId: 'oldest-unsent',
  title: 'Sales wait',
  signal: 'oldest-unsent',
  threshold: 600,
  forS: 60,
  severity: 'warning',
  stores: [],
  codes: [],
  windowS: 3600,
  inhibits: false,
  enabled: true,
  ...given,
});
const reads = (value: number, store = 'S01'): Reading => ({
  store,
  signal: 'oldest-unsent',
  value,
});
const kept = (alerts: readonly AlertState[]): AlertState[] =>
  alerts
    .filter(({ state }) => state !== 'resolved')
    .map((alert, at) => ({ ...alert, alertId: at + 1 }));
const states = (alerts: readonly AlertState[]): string[] => alerts.map(({ state }) => state);

describe('an alert', () => {
  it('is pending until it was wrong for the rule’s time, fires once, and resolves when it is over', () => {
    const rules = [rule()];
    let step = stepAlerts(rules, [], [reads(601)], [], 0);
    expect(states(step.alerts)).toEqual(['pending']);
    step = stepAlerts(rules, kept(step.alerts), [reads(700)], [], 59_999);
    expect(states(step.alerts)).toEqual(['pending']);
    step = stepAlerts(rules, kept(step.alerts), [reads(700)], [], 60_000);
    expect(step.alerts).toMatchObject([{ state: 'firing', firedAtMs: 60_000, sinceMs: 0 }]);
    step = stepAlerts(rules, kept(step.alerts), [reads(900)], [], 90_000);
    expect(step.alerts).toMatchObject([{ alertId: 1, firedAtMs: 60_000, value: 900 }]);
    step = stepAlerts(rules, kept(step.alerts), [reads(600)], [], 95_000);
    expect(step.alerts).toMatchObject([{ state: 'resolved', resolvedAtMs: 95_000 }]);
  });

  it('that was over before its time leaves no trace', () => {
    const first = stepAlerts([rule()], [], [reads(601)], [], 0);
    const then = stepAlerts([rule()], kept(first.alerts), [reads(10)], [], 30_000);
    expect(then).toEqual({ alerts: [], dropped: [1] });
  });

  it('of what must not run out fires below its threshold', () => {
    const disk = rule({ signal: 'disk-free', threshold: 1000, forS: 0 });
    const free = (value: number): Reading => ({ store: 'S01', signal: 'disk-free', value });
    expect(stepAlerts([disk], [], [free(1000)], [], 0).alerts).toEqual([]);
    expect(states(stepAlerts([disk], [], [free(999)], [], 0).alerts)).toEqual(['firing']);
  });

  it('is of the shops the rule names, and resolves when the rule is taken away', () => {
    const rules = [rule({ stores: ['S02'], forS: 0 })];
    const step = stepAlerts(rules, [], [reads(700, 'S01'), reads(700, 'S02')], [], 0);
    expect(step.alerts.map(({ store }) => store)).toEqual(['S02']);
    const disabled = rules.map((one) => ({ ...one, enabled: false }));
    const after = stepAlerts(disabled, kept(step.alerts), [reads(700, 'S02')], [], 1000);
    expect(states(after.alerts)).toEqual(['resolved']);
  });

  it('of error events counts those of its codes within its window', () => {
    const fork = rule({ signal: 'error-events', codes: ['journal-fork'], threshold: 0, forS: 0 });
    const event = { store: 'S03', code: 'journal-fork', receivedAtMs: 0, count: 2 };
    const other = { ...event, code: 'pin-locked' };
    const step = stepAlerts([fork], [], [], [event, other], 3_599_000);
    expect(step.alerts).toMatchObject([{ store: 'S03', value: 2, state: 'firing' }]);
    const later = stepAlerts([fork], kept(step.alerts), [], [event, other], 3_600_000);
    expect(states(later.alerts)).toEqual(['resolved']);
  });

  it('is at most one of a rule and shop, whatever was seen in whatever order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.tuple(fc.constantFrom('S01', 'S02'), fc.nat(1200)), { maxLength: 4 })),
        (turns) => {
          let open: AlertState[] = [];
          turns.forEach((turn, at) => {
            const readings = turn.map(([store, value]) => reads(value, store));
            const { alerts } = stepAlerts([rule()], open, readings, [], at * 30_000);
            const keys = alerts.map(({ store }) => store);
            expect(new Set(keys).size).toBe(keys.length);
            for (const { state, sinceMs, firedAtMs } of alerts) {
              if (state === 'firing') {
                expect((firedAtMs ?? 0) - sinceMs).toBeGreaterThanOrEqual(60_000);
              }
            }
            open = kept(alerts);
          });
        },
      ),
    );
  });
});

describe('what follows from a line that is down', () => {
  const rules = new Map([
    ['no-heartbeat', rule({ inhibits: true })],
    ['line-down', rule({ inhibits: true })],
    ['oldest-unsent', rule()],
  ]);
  const at = (ruleId: string, severity: AlertState['severity'], store = 'S01') => ({
    ruleId,
    severity,
    store,
    state: 'firing' as const,
  });

  it('is inhibited at the same shop, and the line by the silence', () => {
    const silent = at('no-heartbeat', 'critical');
    const down = at('line-down', 'warning');
    const unsent = at('oldest-unsent', 'warning');
    const elsewhere = at('oldest-unsent', 'warning', 'S02');
    const all = [unsent, down, silent, elsewhere];
    expect(inhibitorOf(unsent, all, rules)).toBe(down);
    expect(inhibitorOf(down, all, rules)).toBe(silent);
    expect(inhibitorOf(silent, all, rules)).toBeNull();
    expect(inhibitorOf(elsewhere, all, rules)).toBeNull();
  });

  it('never goes round in a circle', () => {
    const same = [at('no-heartbeat', 'warning'), at('line-down', 'warning')];
    expect(same.map((one) => inhibitorOf(one, same, rules))).toEqual([null, null]);
  });
});

describe('telling', () => {
  const alert = (given: Partial<Tellable> = {}): Tellable => ({
    ruleId: 'no-heartbeat',
    store: 'S01',
    severity: 'critical',
    state: 'firing',
    isQuiet: false,
    isAcknowledged: false,
    firedAtMs: 0,
    resolvedAtMs: null,
    told: null,
    toldAtMs: null,
    ...given,
  });
  const told = { told: 'firing', toldAtMs: 1000 } as const;

  it('waits a moment for others of the same rule, and tells them together', () => {
    const lines = [alert(), alert({ store: 'S02', firedAtMs: 5000 }), alert({ ruleId: 'other' })];
    expect(groupsToTell(lines, GROUP_WAIT_MS - 1)).toEqual([]);
    expect(groupsToTell(lines, GROUP_WAIT_MS).map(({ length }) => length)).toEqual([2, 1]);
  });

  it('of one group comes at most once a minute', () => {
    const lines = [alert(told), alert({ store: 'S02', firedAtMs: 2000 })];
    expect(groupsToTell(lines, 1000 + GROUP_INTERVAL_MS - 1)).toEqual([]);
    expect(groupsToTell(lines, 1000 + GROUP_INTERVAL_MS)).toEqual([[lines[1]]]);
  });

  it('again only when nobody acknowledged it for hours', () => {
    expect(groupsToTell([alert(told)], REPEAT_MS)).toEqual([]);
    expect(groupsToTell([alert(told)], REPEAT_MS + 1000)).toHaveLength(1);
    expect(groupsToTell([alert({ ...told, isAcknowledged: true })], 2 * REPEAT_MS)).toEqual([]);
  });

  it('spares silenced alerts, but tells whoever was told of the trouble of its end', () => {
    const over = { state: 'resolved', resolvedAtMs: 100_000, isQuiet: true } as const;
    expect(groupsToTell([alert({ isQuiet: true })], REPEAT_MS)).toEqual([]);
    expect(groupsToTell([alert({ ...over, ...told })], 200_000)).toHaveLength(1);
    expect(groupsToTell([alert(over)], 200_000)).toEqual([]);
  });

  it.each([
    [{ ruleId: 'no-heartbeat', store: null }, true],
    [{ ruleId: null, store: 'S01' }, true],
    [{ ruleId: 'no-heartbeat', store: 'S01' }, true],
    [{ ruleId: 'no-heartbeat', store: 'S02' }, false],
    [{ ruleId: 'other', store: null }, false],
  ])('a silence of %o: %s', (matcher, silenced) => {
    expect(isSilenced(alert(), [{ ...matcher, untilMs: 10 }], 9)).toBe(silenced);
    expect(isSilenced(alert(), [{ ...matcher, untilMs: 10 }], 10)).toBe(false);
  });
});
