import { poundsAndPence } from '@tillwire/domain';

/** `£1,234.50` of pence. */
export const money = poundsAndPence;

/** `1,234`. */
export const count = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',');

/** `4:05` of seconds, or `2 h 10 min` for long ones. */
export function duration(seconds: number): string {
  if (seconds < 3600) {
    return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
  }
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

const DATE = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
});
/** `Thu, 27 Nov 2025` of a business date. */
export const dateText = (date: string): string => DATE.format(new Date(`${date}T12:00:00Z`));

const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
/** `15:42` of an instant, in this browser's zone, which is the shop's. */
export const timeText = (instant: string): string => TIME.format(new Date(instant));

/** `000123` of an order id, as people say it: `123`. */
export const orderNumber = (id: string): string => String(Number(id.split('-').at(-1)));

const METHODS: Readonly<Record<string, string>> = {
  cash: 'Cash',
  card: 'Card',
  cheque: 'Cheque',
  'on-account': 'On account',
  voucher: 'Voucher',
  'crew-food': 'Crew food',
  'cooked-waste': 'Cooked waste',
  'paid-out': 'Paid out',
  split: 'Split',
};
export const methodText = (method: string): string => METHODS[method] ?? method;
