import type { Page } from 'playwright-core';

/** What a cashier saw of one order, in pence. */
export interface Rung {
  /** What the basket came to before Pay was touched. */
  readonly shown: number;
  /** What the tender pad asked for. */
  readonly asked: number;
  /** What it said to give back. */
  readonly change: number;
}

/**
 * Somebody in the page who touches whatever the till offers, at random but the same way for the same seed. A key is
 * touched where it is on the screen: what lies over it would be in the way. It lives in the page because a day is some
 * twelve thousand touches, each of which would cost a driver five messages.
 */
const CASHIER = (seed: number): string => `window.cashier = (() => {
  let state = ${seed};
  /** Mulberry32. */
  const chance = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const happens = (share) => chance() < share;
  const all = (selector) => [...document.querySelectorAll(selector)];
  const there = (selector) => document.querySelector(selector) !== null;
  const text = (selector) => document.querySelector(selector)?.textContent ?? '';
  const pence = (selector) => Number(text(selector).replaceAll(/[^\\d]/g, ''));
  const drawn = () => new Promise((resolve) => setTimeout(resolve));

  const waitFor = async (selector) => {
    const until = performance.now() + 30000;
    while (!there(selector)) {
      if (performance.now() > until) throw new Error('no ' + selector + ': ' + document.body.innerText);
      await drawn();
    }
  };

  const press = async (key) => {
    key.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    const { left, top, width, height } = key.getBoundingClientRect();
    const hit = document.elementFromPoint(left + width / 2, top + height / 2);
    if (!key.contains(hit)) throw new Error(key.outerHTML + ' lies under ' + hit?.outerHTML);
    key.click();
    await drawn();
  };
  /** One of those there are. Returns whether there was any. */
  const pressAny = async (selector) => {
    const keys = all(selector);
    if (keys.length > 0) await press(keys[Math.floor(chance() * keys.length)]);
    return keys.length > 0;
  };
  const pressFirst = (selector) => press(all(selector)[0]);

  const type = async (selector, typed) => {
    const field = document.querySelector(selector);
    field.value = typed;
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
    await drawn();
  };

  const OPTION = '.options-body .option:not(:disabled)';
  const NEEDED = '.options .mark.needed';
  const METHOD = '.methods[aria-label="Ways to pay"] .method:not(:disabled)';
  const HOUSE = '.house .method:not(:disabled)';

  /** Goes through what the panel asks of an item, with this and that besides. */
  const configure = async () => {
    if (happens(0.25)) await pressAny('.switches .option:not(:disabled)');
    for (let turn = 0; turn < 8 && there(NEEDED); turn++) await pressAny(OPTION);
    for (let turn = 0; turn < 3 && happens(0.6); turn++) await pressAny(OPTION);
    if (happens(0.4)) await pressAny('.switches .option:not(:disabled)');
    if (happens(0.08) && there('.steps .step')) {
      await press(all('.steps .step').at(-1));
      if (happens(0.5)) await pressAny('.presets .key');
      else await type('.note .field', 'cut in half');
    }
    if (happens(0.5) && there('.options-head')) await press(all('.options-head .key').at(-1));
  };

  const ringUp = async () => {
    await pressAny('.rail .page');
    await pressAny('.keys .product:not(:disabled)');
    if (there('.options')) await configure();
    if (happens(0.2)) await pressAny('.stepper button:last-child');
  };

  /** What cannot be sold as it is, is finished or taken out again. */
  const makeWhole = async () => {
    for (let turn = 0; there('.line.incomplete'); turn++) {
      if (!there('.line.incomplete.selected')) await pressFirst('.line.incomplete .line-name');
      if (turn < 20 && there(NEEDED)) await pressAny(OPTION);
      else await pressFirst('.line.incomplete .stepper button:first-child');
    }
  };

  const chooseChannel = async () => {
    await pressFirst('.channel');
    await pressAny('.channels .key');
  };

  const holdAndRecall = async () => {
    await pressFirst('.tools .key:nth-child(1)');
    await ringUp();
    await makeWhole();
    if (there('.line')) await pressFirst('.tools .key:nth-child(1)');
    await pressFirst('.tools .key:nth-child(2)');
    await pressAny('.line-name.held');
  };

  const putTogether = async () => {
    if (happens(0.25)) await chooseChannel();
    for (let items = 1 + Math.floor(chance() * 4); items > 0; items--) await ringUp();
    if (happens(0.3)) await pressAny('.segments .key:not(:disabled)');
    if (happens(0.1)) await chooseChannel();
    if (happens(0.08)) await pressAny('.tools .key:nth-child(3):not(:disabled)');
    if (happens(0.08)) await pressAny('.stepper button:first-child');
    if (happens(0.06) && there('.line')) await holdAndRecall();
    await makeWhole();
  };

  const typeAmount = async (amount) => {
    for (const digit of String(amount)) {
      await press(all('.digits .key').find((key) => key.textContent === digit));
    }
  };
  const voucher = () => all(METHOD).find((key) => key.textContent.startsWith('Voucher'));

  /** Pays what is left by one touch: a note, the exact sum, or another way there is. */
  const payWhole = async () => {
    const noted = there('.cash:not(:disabled)') && (happens(0.6) || !there(METHOD));
    if (!(await pressAny(noted ? '.cash:not(:disabled)' : METHOD))) {
      throw new Error('there is no way to pay');
    }
  };

  const payBy = async (left) => {
    if (happens(0.12) && there(HOUSE)) {
      await pressAny(HOUSE);
      await type('.crew .field', '0');
      return pressFirst('.crew button');
    }
    if (happens(0.15) && left > 100 && all(METHOD).length > 1) {
      await typeAmount(1 + Math.floor(chance() * (left - 1)));
      await pressAny(METHOD);
    } else if (happens(0.08) && voucher() !== undefined) {
      await typeAmount(left + 1 + Math.floor(chance() * 500));
      // It pays the order by itself, whatever is over.
      return press(voucher());
    }
    await payWhole();
  };

  return {
    sell: async () => {
      await putTogether();
      if (!there('.line')) return null;
      const shown = pence('.total-amount');
      await pressFirst('.pay');
      const asked = pence('.tender-due');
      await payBy(asked);
      await waitFor('.sold-change');
      return { shown, asked, change: pence('.sold-change') };
    },
  };
})()`;

/** Rings an order up in the page and takes the payment; null where nothing came of it. */
export const sellOne = (page: Page): Promise<Rung | null> => page.evaluate('window.cashier.sell()');

/** Puts a cashier into the page. A page that is loaded anew has none. */
export const putCashier = (page: Page, seed: number): Promise<void> =>
  page.evaluate(`void (${CASHIER(seed)})`);
