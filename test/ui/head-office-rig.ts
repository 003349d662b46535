import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { PASSWORD } from '../../apps/head-office/test/dashboard-rig.ts';

export interface OfficePage {
  readonly page: Page;
  readonly close: () => Promise<void>;
}

/** A page of a desk's size in one theme; its clock stands at `nowMs`, if that is given. */
export async function openOffice(
  browser: Browser,
  url: string,
  { theme, nowMs }: { readonly theme: 'light' | 'dark'; readonly nowMs?: number },
): Promise<OfficePage> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    colorScheme: theme,
    locale: 'en-GB',
    timezoneId: 'Europe/London',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  if (nowMs !== undefined) await page.clock.setFixedTime(nowMs);
  await page.goto(url);
  return { page, close: () => context.close() };
}

export async function signIn(page: Page, user: string): Promise<void> {
  await page.getByLabel('User').fill(user);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
}

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** What axe finds against WCAG 2.2 AA on the page as it is, one line a fault. */
export async function accessFaults(page: Page): Promise<readonly string[]> {
  await page.evaluate(readFileSync(AXE, 'utf8'));
  return page.evaluate(`(async () => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const { violations } = await axe.run(document, { runOnly: tags });
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ target }) => id + ': ' + help + ' (' + target.join(' ') + ')'));
  })()`);
}
