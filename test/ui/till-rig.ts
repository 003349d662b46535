import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { freePort } from '../harness/ports.ts';
import { start, type Started } from '../harness/process.ts';
import { findTool } from '../harness/tools.ts';

const ROOT = join(import.meta.dirname, '../..');
const UI = join(ROOT, 'apps/kiosk/ui');
export const UI_ASSETS = join(UI, 'dist/assets');
export const TOKEN = 'a-token-for-tests-only';

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: findTool('chromium'),
    // Other files of the suite start programs meanwhile.
    timeout: 90_000,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });

export interface KioskRig {
  readonly url: string;
  /** Path of its database. */
  readonly database: string;
  /** Starts the kiosk (again); `crashAt` names a point where it dies as if the plug were pulled. */
  readonly start: (crashAt?: string) => Promise<Started>;
  /** As if the plug were pulled. */
  readonly kill9: () => Promise<void>;
  readonly stop: () => Promise<void>;
  readonly orders: () => Promise<readonly SoldOrder[]>;
}

export interface SoldOrder {
  readonly globalOrderId: string;
  readonly status: string;
  readonly crewId: string | null;
  readonly kind: string;
  readonly totals: { readonly gross: number };
  readonly change: number;
  readonly voucherOverage: number;
  readonly tenders: readonly { readonly method: string; readonly amount: number }[];
  readonly lines: readonly {
    readonly code: number;
    readonly quantity: number;
    readonly isMeal: boolean;
    readonly goLarge: boolean;
    readonly components: readonly { readonly role: string; readonly code: number }[];
    readonly without: readonly { readonly code: number }[];
  }[];
}

/** A kiosk on SQLite and the sample menu, always at the same address, with what it sold. */
export async function createKioskRig(
  env: Readonly<Record<string, string>> = {},
): Promise<KioskRig> {
  const folder = mkdtempSync(join(tmpdir(), 'tillwire-till-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const database = join(folder, 'kiosk.db');
  let running: Started | null = null;
  return {
    url,
    database,
    start: async (crashAt = '') => {
      running = start(process.execPath, [join(import.meta.dirname, 'kiosk-process.ts')], {
        env: {
          STORE_CODE: 'S01',
          DB_PATH: database,
          HTTP_PORT: String(port),
          API_TOKEN: TOKEN,
          CATALOGUE_PATH: join(ROOT, 'sample-menu'),
          CATALOGUE_SHOP: '1',
          LOG_LEVEL: 'warn',
          TILLWIRE_CRASH_AT: crashAt,
          ...env,
        },
      });
      await running.says(/listening/);
      return running;
    },
    kill9: async () => {
      await running?.kill9();
    },
    stop: async () => {
      if (running?.isRunning() === true) await running.stop();
      rmSync(folder, { recursive: true });
    },
    orders: async () => {
      const response = await fetch(`${url}/api/orders`, {
        headers: { authorization: `Bearer ${TOKEN}` },
      });
      const { orders } = (await response.json()) as { orders: readonly SoldOrder[] };
      return orders;
    },
  };
}

/** A till in a browser of its own, opened and ready; whatever its console complains of fails the test at `close`. */
export async function openTill(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
  ready: (page: Page) => Promise<void> = (page) =>
    page.getByRole('button', { name: /^Cheeseburger/ }).waitFor(),
): Promise<{ readonly page: Page; readonly close: () => Promise<void> }> {
  const context = await browser.newContext({
    viewport: { width: 1024, height: 768 },
    reducedMotion: 'reduce',
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // A kiosk that is down or refuses is what some tests are about; everything else is a fault of the page.
    if (message.type() === 'error' && !/Failed to load resource|ERR_/.test(message.text())) {
      complaints.push(message.text());
    }
  });
  // Every press of a pointer counts, whoever asks for it.
  await page.addInitScript(
    'window.touches = 0; addEventListener("pointerdown", () => { window.touches += 1 }, true);',
  );
  await page.goto(url);
  await ready(page);
  return {
    page,
    close: async () => {
      await context.close();
      expect(complaints).toEqual([]);
    },
  };
}

export const touchesOf = (page: Page): Promise<number> => page.evaluate('window.touches');

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** What axe holds against the page by WCAG 2.2 AA, one line each. */
export async function axeFaults(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  return page.evaluate(`axe.run({ runOnly: ${JSON.stringify(WCAG)} }).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) =>
      id + ': ' + html.slice(0, 160) + ' ' + failureSummary)))`);
}
