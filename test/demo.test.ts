import { chmod, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Started, startTillwire } from './harness/process.ts';
import { waitFor } from './harness/wait.ts';

interface Ready {
  readonly ready: true;
  readonly headOffice: {
    readonly url: string;
    readonly user: string;
    readonly password: string;
    readonly token: string;
  };
  readonly kiosks: readonly {
    readonly store: string;
    readonly url: string;
    readonly token: string;
  }[];
  readonly mqtt: { readonly url: string };
}

const call = async (
  url: string,
  { token, body }: { readonly token?: string; readonly body?: object } = {},
) => {
  const response = await fetch(url, {
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers by name
  return { status: response.status, body: (await response.json()) as any };
};

const BURGER = { kind: 'product', code: 5, quantity: 1 };
const sale = (requestId: string) => ({
  requestId,
  channel: 'OT-C',
  vatBasis: 'take',
  lines: [BURGER],
  tenders: [{ method: 'card' }],
});

describe('tillwire demo', () => {
  let folder: string;
  let demo: Started | undefined;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tillwire-demo-'));
    // Started by root, PostgreSQL runs under another user.
    await chmod(folder, 0o755);
  });
  afterEach(async () => {
    if (demo?.isRunning() === true) await demo.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const start = async (...more: readonly string[]): Promise<Ready> => {
    const data = join(folder, 'data');
    demo = startTillwire(['demo', '--data', data, '--port', '0', '--json', ...more]);
    const [line] = await demo.says(/^\{"ready":true.*\}$/m, 60_000);
    return JSON.parse(line) as Ready;
  };

  it('says in one line where everything is; a sale reaches Head Office; a second start carries on', async () => {
    const first = await start('--stores', '2', '--orders-per-minute', '0');
    expect(demo?.stdout().trim().split('\n')).toHaveLength(1);
    expect(first.kiosks.map(({ store }) => store)).toEqual(['S01', 'S02']);
    expect((await stat(join(folder, 'data', 'demo.json'))).mode & 0o777).toBe(0o600);
    for (const { url } of [first.headOffice, ...first.kiosks]) {
      expect(await (await fetch(url)).text()).toContain('<title>');
    }
    const { user, password } = first.headOffice;
    const login = await call(`${first.headOffice.url}/api/login`, { body: { user, password } });
    expect([login.status, login.body.role]).toEqual([200, 'admin']);

    const shop = first.kiosks[1];
    const sold = await call(`${shop?.url}/api/orders`, {
      token: shop?.token ?? '',
      body: sale('one'),
    });
    expect(sold.status).toBe(201);
    const { globalOrderId, totals } = sold.body.order;
    const arrives = async ({ headOffice: { url, token } }: Ready, id: string) =>
      waitFor(`order ${id} at Head Office`, async () => {
        const { status, body } = await call(`${url}/api/orders/${id}`, { token });
        return status === 200 && body;
      });
    await arrives(first, globalOrderId);
    const listed = await call(`${first.headOffice.url}/api/orders?store=S02`, {
      token: first.headOffice.token,
    });
    expect(listed.body.orders).toMatchObject([
      { globalOrderId, store: 'S02', revision: 1, status: 'completed', total: totals.gross },
    ]);

    expect(await demo?.stop()).toEqual({ code: 0, signal: null });
    expect(demo?.stderr()).not.toContain('"level"');
    const second = await start('--stores', '2', '--orders-per-minute', '0');
    expect(second.headOffice.token).toBe(first.headOffice.token);
    await arrives(second, globalOrderId);
    const again = await call(`${second.kiosks[1]?.url}/api/orders`, {
      token: second.kiosks[1]?.token ?? '',
      body: sale('one'),
    });
    expect(again.body.order.globalOrderId).toBe(globalOrderId);
    const next = await call(`${second.kiosks[1]?.url}/api/orders`, {
      token: second.kiosks[1]?.token ?? '',
      body: sale('two'),
    });
    expect(Number(next.body.order.globalOrderId.slice(-6))).toBe(
      Number(globalOrderId.slice(-6)) + 1,
    );
    await arrives(second, next.body.order.globalOrderId);
  });

  it('has customers, and survives being killed', async () => {
    const first = await start('--stores', '1', '--orders-per-minute', '600');
    const { url, token } = first.headOffice;
    const held = async (at: string): Promise<number> =>
      (await call(`${at}/api/orders?limit=200`, { token })).body.orders.length;
    await waitFor('what customers order', async () => (await held(url)) >= 5);
    await demo?.kill9();
    const second = await start('--stores', '1', '--orders-per-minute', '0');
    const [kiosk] = second.kiosks;
    const sold = await call(`${kiosk?.url}/api/orders?limit=200`, { token: kiosk?.token ?? '' });
    expect(sold.body.orders.length).toBeGreaterThanOrEqual(5);
    await waitFor(
      'all of them',
      async () => (await held(second.headOffice.url)) === sold.body.orders.length,
    );
  });

  it('says what is wrong with how it was started', async () => {
    const nowhere = startTillwire([
      'demo',
      '--data',
      join(folder, 'other'),
      '--port',
      '0',
      '--catalogue',
      folder,
    ]);
    expect((await nowhere.exited).code).toBe(1);
    expect(nowhere.stderr()).toMatch(/the menu of shop 1 in .* cannot be taken/);
    const wrong = startTillwire(['demo', '--stores', '0']);
    expect((await wrong.exited).code).toBe(2);
    expect(wrong.stderr()).toContain('--stores takes a whole number from 1 to 50, not 0');
  });
});
