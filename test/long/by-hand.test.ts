import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { parseEnv } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type Installation,
  newInstallation,
  publishMenu,
  type RunningShop,
} from '../harness/installation.ts';
import { waitFor } from '../harness/wait.ts';

// The commands about books and backups as a person at the machine types them, on an installation made by the
// product's own commands.

let here: Installation;
let shop: RunningShop;
let folder = '';
let date = '';
/** What a spreadsheet would run. */
const FORMULA = '=HYPERLINK("http://example.com","x")';

beforeAll(async () => {
  here = await newInstallation();
  await here.startBroker();
  await here.startOffice();
  await publishMenu(here);
  folder = await here.join('S07');
  shop = await here.startKiosk(folder);
  await waitFor('a menu', async () => (await shop.get('/api/catalogue')).status === 200);
});
afterAll(() => here.remove());

const tell = (line: string): void => void process.stderr.write(`${line}\n`);

/** Types a command at the shop's machine and shows what it said. */
async function typed(...args: readonly string[]): Promise<string> {
  const told = await here.must([...args, '--env', join(folder, 'kiosk.env')]);
  tell(`$ tillwire ${args.join(' ')}\n${told.trimEnd()}`);
  return told;
}

const order = async (body: object): Promise<number> => {
  const { API_TOKEN } = parseEnv(await readFile(join(folder, 'kiosk.env'), 'utf8'));
  const [, url = ''] = await shop.process.says(/sells at (\S+)/);
  const response = await fetch(`${url}/api/orders`, {
    method: 'POST',
    headers: { authorization: `Bearer ${API_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return response.status;
};

it('The day is read, closed, exported and worked out again at the shop', async () => {
  for (let at = 0; at < 5; at++) await shop.sell(`by hand ${at}`);
  const withFormula = {
    requestId: 'formula',
    channel: 'OT-C',
    vatBasis: 'eat',
    lines: [{ kind: 'product', code: 1, quantity: 1 }],
    tenders: [{ method: 'cash' }],
    crewId: FORMULA,
  };
  expect(await order(withFormula)).toBe(201);
  expect(await typed('day', 'reading')).toMatch(/6 orders[\s\S]*card/);
  const closed = await typed('day', 'close');
  [, date = ''] = /^(\d{4}-\d\d-\d\d) is closed, revision 1: £/m.exec(closed) ?? [];
  expect(date).not.toBe('');
  const exports = join(here.folder, 'exports');
  await typed('day', 'export', date, exports);
  expect((await readdir(join(exports, date))).length).toBe(4);
  expect(await typed('day', 'rebuild', date)).toContain('the same bytes');
  const again = await here.tillwire(['day', 'close', '--env', join(folder, 'kiosk.env')]);
  tell(`$ tillwire day close\n${again.stdout}${again.stderr}`);
});

it('A backup is made, verified and put back, and the shop sells on under numbers of its own', async () => {
  await shop.allSent();
  const [file = ''] = /^\S+\.db\S*?(?=:)/m.exec(await typed('backup')) ?? [];
  expect(await typed('verify', file)).toContain('is whole: S07, 6 orders');
  await shop.process.stop();
  expect(await typed('restore', file)).toMatch(/what was there is kept as .*\n.*restored: epoch/);
  shop = await here.startKiosk(folder);
  const id = await waitFor('a sale', () => shop.sell('after the restore').catch(() => null), {
    withinMs: 90_000,
  });
  expect(Number(id.slice(-6))).toBeGreaterThanOrEqual(10_000);
  await shop.allSent();
});

it('Orders go out as a table in which nothing is a formula', async () => {
  const file = join(here.folder, 'orders.csv');
  const args = ['orders', 'export', file, '--from', date, '--to', '2026-12-31', '--store', 'S07'];
  tell((await here.must(args, here.office)).trim());
  const text = await readFile(file, 'utf8');
  tell(text.split('\r\n').slice(0, 3).join('\n'));
  expect(text.split('\r\n').length).toBe(1 + 7 + 1);
  expect(text).toContain(`"'=HYPERLINK(""http://example.com"",""x"")"`);
  expect(text).not.toMatch(/(^|,)"?[=+@]/m);
  await expect(here.tillwire(args, here.office)).rejects.toThrow('file already exists');
});

it('The doctor looks at every kind of installation and finds no fault', async () => {
  const looks = [
    ['doctor', 'kiosk', '--env', join(folder, 'kiosk.env')],
    ['doctor', 'head-office'],
    ['doctor', 'broker', '--dir', here.brokerFolder],
  ];
  for (const args of looks) {
    // A shop's machine has nothing of Head Office's in its environment.
    const { code, stdout, stderr } = await here.tillwire(args, {
      ...(args[1] === 'kiosk' ? {} : here.office),
      PATH: process.env['PATH'] ?? '',
    });
    tell(`$ tillwire ${args.slice(0, 2).join(' ')} → ${code}\n${stdout}${stderr}`);
    expect(stdout).toMatch(/good/);
    expect(stdout.split('\n').filter((line) => line.startsWith('fault'))).toEqual([]);
    expect(code).toBe(0);
  }
  expect(dirname(folder)).toContain('S07');
});
