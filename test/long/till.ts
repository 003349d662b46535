import { readFileSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { parseEnv } from 'node:util';

// A till for the scripts beside it: node till.ts KIOSK.ENV sell COUNT NAME | unsent | orders | ready
// Prints ids of orders, one a line, or a number. It imports nothing of the product, so that it runs anywhere.

const MENU_WITHIN_MS = 30_000;

const [file = '', what, count = '0', name = ''] = process.argv.slice(2);
const { API_TOKEN, HTTP_PORT } = parseEnv(readFileSync(file, 'utf8'));

async function ask(path: string, body?: object): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(`http://127.0.0.1:${HTTP_PORT}${path}`, {
    headers: { authorization: `Bearer ${API_TOKEN}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: await answer.json() };
}

/** The first product of the menu, which a fresh shop is told within a moment. */
async function product(): Promise<number> {
  const end = Date.now() + MENU_WITHIN_MS;
  for (;;) {
    const { status, body } = await ask('/api/catalogue');
    const [first] =
      (body as { catalogue?: { products: { code: number }[] } }).catalogue?.products ?? [];
    if (first !== undefined) return first.code;
    if (Date.now() > end) throw new Error(`no menu: ${status} ${JSON.stringify(body)}`);
    await pause(50);
  }
}

async function sell(code: number, requestId: string): Promise<string> {
  const { status, body } = await ask('/api/orders', {
    requestId,
    channel: 'OT-C',
    vatBasis: 'take',
    lines: [{ kind: 'product', code, quantity: 1 }],
    tenders: [{ method: 'card' }],
  });
  if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`);
  return (body as { order: { globalOrderId: string } }).order.globalOrderId;
}

const print = (line: string | number): void => void process.stdout.write(`${line}\n`);

if (what === 'sell') {
  const code = await product();
  for (let n = 0; n < Number(count); n++) print(await sell(code, `${name} ${n}`));
} else if (what === 'unsent') {
  print(((await ask('/api/sync')).body as { unsent: { count: number } }).unsent.count);
} else if (what === 'orders') {
  const { body } = await ask('/api/orders?limit=500');
  for (const { globalOrderId } of (body as { orders: { globalOrderId: string }[] }).orders) {
    print(globalOrderId);
  }
} else if (what === 'ready') {
  process.exitCode = (await ask('/readyz')).status === 200 ? 0 : 1;
} else throw new Error(`sell, unsent, orders or ready, not ${what}`);
