import { join } from 'node:path';
import process from 'node:process';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createDashboardRig,
  type DashboardRig,
  seedChain,
} from '../../apps/head-office/test/dashboard-rig.ts';
import { accessFaults, openOffice, type OfficePage, signIn } from './head-office-rig.ts';
import { launchBrowser } from './till-rig.ts';

let browser: Browser;
let rig: DashboardRig;

beforeAll(async () => {
  [browser, rig] = await Promise.all([launchBrowser(), createDashboardRig()]);
  await seedChain(rig, { shops: 3, ordersADay: 3 });
  await rig.addUser('ada', 'admin');
  await raiseAlerts(rig);
});
afterAll(async () => {
  await browser.close();
  await rig.stop();
});

const open = (theme: 'light' | 'dark' = 'light'): Promise<OfficePage> =>
  openOffice(browser, rig.url, { theme, nowMs: rig.clock.nowMs() });
const goTo = async (page: Page, place: string, title: string): Promise<void> => {
  await page.goto(`${rig.url}/${place}`);
  await page.getByRole('heading', { name: title }).first().waitFor();
};

/** S02 is silent, which others follow from; a message of S03 is parked; one of S01 was and is over. */
const raiseAlerts = (to: DashboardRig): Promise<unknown> => {
  const at = (minutes: number): string =>
    new Date(to.clock.nowMs() - minutes * 60_000).toISOString();
  return to.db.query(
    `INSERT INTO alerts (rule_id, store, title, severity, state, value, threshold, since, fired_at, resolved_at,
       inhibited_by)
     VALUES
     ('no-heartbeat', 'S02', 'No heartbeat for 5 minutes', 'critical', 'firing', 900, 300, $1, $1, NULL, NULL),
     ('quarantine', 'S03', 'Parked messages', 'warning', 'firing', 2, 0, $2, $2, NULL, NULL),
     ('line-down', 'S02', 'Line down', 'warning', 'firing', 900, 0, $1, $1, NULL, 1),
     ('oldest-unsent', 'S02', 'Sales wait to be sent', 'warning', 'firing', 900, 600, $1, $1, NULL, 1),
     ('disk-low', 'S01', 'The disk runs full', 'critical', 'resolved', 5, 9, $1, $1, $2, NULL)`,
    [at(15), at(5)],
  );
};

describe('alerts', () => {
  it('open, are acknowledged and silenced where they are shown, and are counted beside the menu', async () => {
    const { page, close } = await open();
    await signIn(page, 'ada');
    const menu = page.getByRole('navigation', { name: 'Pages' });
    await menu.getByRole('link', { name: 'Alerts 2 nobody looks after' }).click();
    const silent = page.getByRole('listitem').filter({ hasText: 'No heartbeat for 5 minutes' });
    await silent.getByRole('button', { name: 'Acknowledge' }).click();
    await page.keyboard.type('an engineer is on the way');
    await page.keyboard.press('Enter');
    await silent.getByText('ada looks after it').waitFor();
    await menu.getByRole('link', { name: 'Alerts 1 nobody looks after' }).waitFor();
    await page.getByText('2 that follow from these').click();
    const parked = page.getByRole('listitem').filter({ hasText: 'Parked messages' });
    await parked.getByRole('button', { name: 'Silence' }).click();
    await parked.getByLabel('Why').fill('known, a fix is being made');
    await parked.getByRole('button', { name: 'Silence it' }).click();
    await parked.getByText(/Silenced until/).waitFor();
    await goTo(page, '#/alerts/rules', 'Alerts');
    await page.getByRole('button', { name: 'The disk runs full' }).click();
    await page.getByLabel('Limit (bytes)').fill('much');
    await page.getByRole('button', { name: 'Save the rule' }).click();
    await page.getByText(/threshold:/).waitFor();
    await page.getByLabel('Limit (bytes)').fill('2000000000');
    await page.getByRole('button', { name: 'Save the rule' }).click();
    await page.getByText(/below 2.0 GB/).waitFor();
    await goTo(page, '#/alerts/sinks', 'Alerts');
    await page.getByLabel('Name').fill('On call');
    await page.getByLabel('Address').fill('https://hooks.example/tillwire');
    await page.getByLabel('Key it is signed with').fill('a key both ends know of');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('button', { name: 'Test On call' }).click();
    await page.getByText('[TEST] Alerts of Tillwire arrive here').waitFor();
    const { rows } = await rig.db.query(
      `SELECT action FROM audit WHERE actor = 'ada' AND outcome = 'done' AND action LIKE '%alert%' ORDER BY id`,
    );
    expect(rows.map(({ action }: { action: string }) => action)).toEqual([
      'acknowledge-alert',
      'silence-alerts',
      'change-alert-rule',
      'add-alert-sink',
      'test-alert-sink',
    ]);
    await close();
  });

  it.each(['light', 'dark'] as const)('in %s have nothing that axe faults', async (theme) => {
    const { page, close } = await open(theme);
    await signIn(page, 'ada');
    const faults: string[] = [];
    for (const tab of ['', '/history', '/silences', '/rules', '/sinks']) {
      await goTo(page, `#/alerts${tab}`, 'Alerts');
      await page.waitForLoadState('networkidle', { timeout: 1500 }).catch(() => undefined);
      faults.push(...(await accessFaults(page)));
      const folder = process.env['SCREENSHOTS'];
      if (folder !== undefined) {
        const path = join(folder, `alerts${tab.replace('/', '-')}-${theme}.png`);
        await page.screenshot({ path, fullPage: true });
      }
    }
    expect(faults).toEqual([]);
    await close();
  });
});
