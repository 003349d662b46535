import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** A pseudo-random number from 0 up to 1, the same ones for the same seed (mulberry32). */
function chances(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What a cashier did and saw of one order, in pence. */
export interface Rung {
  /** What the screen asked for when Pay was touched. */
  readonly asked: number;
  /** What it said to give back. */
  readonly change: number;
}

const pence = (text: string): number => Number(text.replaceAll(/[^\d]/g, ''));

/** Somebody who touches whatever a till offers, at random but the same way for the same seed. */
export function createCashier(page: Page, seed: number) {
  const chance = chances(seed);
  const happens = (share: number): boolean => chance() < share;

  /** How many of `selector` can be touched now. */
  const count = (selector: string): Promise<number> =>
    page.evaluate<number>(`document.querySelectorAll(${JSON.stringify(selector)}).length`);

  const waitFor = (selector: string): Promise<void> =>
    page.evaluate(`new Promise((resolve, reject) => {
      const until = performance.now() + 30000;
      const look = () => {
        if (document.querySelector(${JSON.stringify(selector)}) !== null) resolve();
        else if (performance.now() > until) reject(new Error(${JSON.stringify(`no ${selector}`)}));
        else requestAnimationFrame(look);
      };
      look();
    })`);

  /** Presses the `at`-th of `selector` where it is on the screen; whatever lies over it would be pressed instead. */
  const press = async (selector: string, at = 0): Promise<void> => {
    const place = await page.evaluate<{ x: number; y: number; isFree: boolean }>(`(() => {
      const key = document.querySelectorAll(${JSON.stringify(selector)})[${at}];
      if (key === undefined) throw new Error(${JSON.stringify(`no ${selector} ${at}`)});
      key.scrollIntoView({ block: 'nearest', inline: 'nearest' });
      const { left, top, width, height } = key.getBoundingClientRect();
      const [x, y] = [left + width / 2, top + height / 2];
      return { x, y, isFree: key.contains(document.elementFromPoint(x, y)) };
    })()`);
    if (!place.isFree) throw new Error(`something lies over ${selector} ${at}`);
    await page.mouse.click(place.x, place.y);
    // What the touch leads to is drawn in the next frame.
    await page.evaluate('new Promise(requestAnimationFrame)');
  };

  /** Presses one of `selector`, if there is one. Returns whether there was. */
  const pressAny = async (selector: string): Promise<boolean> => {
    const among = await count(selector);
    if (among > 0) await press(selector, Math.floor(chance() * among));
    return among > 0;
  };

  const text = (selector: string): Promise<string> =>
    page.evaluate<string>(`document.querySelector(${JSON.stringify(selector)})?.textContent ?? ''`);

  const OPTION = '.options-body .option:not(:disabled)';
  const NEEDED = '.options .mark.needed';

  /** Goes through what the panel asks of an item, with this and that besides. */
  async function configure(): Promise<void> {
    if (happens(0.25)) await pressAny('.switches .option:not(:disabled)');
    for (let turn = 0; turn < 8 && (await count(NEEDED)) > 0; turn++) await pressAny(OPTION);
    for (let turn = 0; turn < 3 && happens(0.6); turn++) await pressAny(OPTION);
    if (happens(0.4)) await pressAny('.switches .option:not(:disabled)');
    if (happens(0.05) && (await count('.steps .step:last-child')) > 0) {
      await press('.steps .step:last-child');
      await page.keyboard.type('cut in half');
    }
    if (happens(0.5)) await pressAny('.options-head .key:last-child');
  }

  async function ringUp(): Promise<void> {
    await pressAny('.rail .page');
    await pressAny('.keys .product:not(:disabled)');
    if ((await count('.options')) > 0) await configure();
    if (happens(0.2)) await pressAny('.stepper button:last-child');
  }

  /** What cannot be sold as it is, is finished or taken out again. */
  async function makeWhole(): Promise<void> {
    for (let turn = 0; (await count('.line.incomplete')) > 0; turn++) {
      if ((await count('.line.incomplete.selected')) === 0) {
        await press('.line.incomplete .line-name');
      }
      if (turn < 20 && (await count(NEEDED)) > 0) await pressAny(OPTION);
      else await press('.line.incomplete .stepper button:first-child');
    }
  }

  async function chooseChannel(): Promise<void> {
    if ((await count('.channel')) === 0) return;
    await press('.channel');
    await pressAny('.channels .key');
  }

  async function putTogether(): Promise<void> {
    if (happens(0.25)) await chooseChannel();
    for (let items = 1 + Math.floor(chance() * 4); items > 0; items--) await ringUp();
    if (happens(0.3)) await pressAny('.segments .key:not(:disabled)');
    if (happens(0.1)) await chooseChannel();
    if (happens(0.08)) await pressAny('.tools .key:nth-child(3):not(:disabled)');
    if (happens(0.08)) await pressAny('.stepper button:first-child');
    if (happens(0.06) && (await count('.line')) > 0) {
      await press('.tools .key:nth-child(1)');
      await ringUp();
      await makeWhole();
      if ((await count('.line')) > 0) await press('.tools .key:nth-child(1)');
      await press('.tools .key:nth-child(2)');
      await pressAny('.line-name.held');
    }
    await makeWhole();
  }

  const typeAmount = async (amount: number): Promise<void> => {
    for (const digit of String(amount)) {
      const at = ['7', '8', '9', '4', '5', '6', '1', '2', '3', '0'].indexOf(digit);
      await press('.digits .key', at);
    }
  };

  const METHOD = '.methods[aria-label="Ways to pay"] .method:not(:disabled)';
  const HOUSE = '.house .method:not(:disabled)';

  /** Pays what is left by one touch: a note, the exact sum, or another way there is. */
  const payWhole = async (): Promise<void> => {
    const notes = await count('.cash:not(:disabled)');
    if (notes > 0 && (happens(0.6) || (await count(METHOD)) === 0)) {
      await press('.cash', Math.floor(chance() * notes));
    } else if (!(await pressAny(METHOD))) throw new Error('there is no way to pay');
  };

  async function payBy(left: number): Promise<void> {
    if (happens(0.12) && (await count(HOUSE)) > 0) {
      await pressAny(HOUSE);
      await page.keyboard.type('0');
      await press('.crew button');
      return;
    }
    if (happens(0.15) && left > 100 && (await count(METHOD)) > 1) {
      await typeAmount(1 + Math.floor(chance() * (left - 1)));
      await pressAny(METHOD);
    } else if (happens(0.08)) {
      const names = await page.evaluate<readonly string[]>(
        `[...document.querySelectorAll(${JSON.stringify(METHOD)})].map((key) => key.textContent)`,
      );
      const at = names.findIndex((name) => name.startsWith('Voucher'));
      if (at >= 0) {
        await typeAmount(left + 1 + Math.floor(chance() * 500));
        await press(METHOD, at);
      }
    }
    if ((await count('.sold-change')) === 0) await payWhole();
  }

  return {
    happens,
    press,
    pressAny,
    count,
    waitFor,
    text,
    /** Rings an order up and takes the payment; null where nothing came of it. */
    sell: async (): Promise<Rung | null> => {
      await putTogether();
      if ((await count('.line')) === 0) return null;
      const shown = pence(await text('.total-amount'));
      await press('.pay');
      const asked = pence(await text('.tender-due'));
      expect(asked).toBe(shown);
      await payBy(asked);
      await waitFor('.sold-change');
      return { asked, change: pence(await text('.sold-change')) };
    },
  };
}

export type Cashier = ReturnType<typeof createCashier>;
