import { poundsAndPence } from '@tillwire/domain';

/** `£1,234.50` of pence. */
export const money = poundsAndPence;

/** `£1,235` of pence, for large figures. */
export const wholePounds = (pence: number): string => {
  const pounds = Math.round(Math.abs(pence) / 100);
  return `${pence < 0 ? '−' : ''}£${count(pounds)}`;
};

/** `1,234`. */
export const count = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',');

/** `45 s`, `12 min`, `3 h 05 min`, `4 days` of seconds. */
export function age(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  if (s < 2 * 86_400) {
    return `${Math.floor(s / 3600)} h ${String(Math.floor((s % 3600) / 60)).padStart(2, '0')} min`;
  }
  return `${Math.floor(s / 86_400)} days`;
}

/** `12 min ago`, of an instant. */
export const agoText = (instant: string, nowMs: number): string =>
  `${age((nowMs - Date.parse(instant)) / 1000)} ago`;

/** `+4.2 %` of a change, or null where there is nothing to compare with. */
export function change(now: number, then: number): string | null {
  if (then === 0) return null;
  const permille = Math.round(((now - then) * 1000) / Math.abs(then));
  const sign = permille > 0 ? '+' : permille < 0 ? '−' : '±';
  return `${sign}${(Math.abs(permille) / 10).toFixed(1)} %`;
}

/** `512 MB` of bytes. */
export const bytes = (size: number): string =>
  size >= 1e9 ? `${(size / 1e9).toFixed(1)} GB` : `${Math.round(size / 1e6)} MB`;

const DATE = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
});
/** `Thu, 27 Nov 2025` of a business date. */
export const dateText = (date: string): string => DATE.format(new Date(`${date}T12:00:00Z`));

/** `Wed, 26 Nov` of a date in the year one is in anyway. */
export const shortDate = (date: string): string => dateText(date).slice(0, -5);

const MOMENT = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});
/** `27 Nov 2025, 15:42:11` of an instant, in this browser's zone. */
export const momentText = (instant: string | number): string => MOMENT.format(new Date(instant));

const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
/** `15:42`. */
export const timeText = (instant: string | number): string => TIME.format(new Date(instant));

const HASH = /\b(sha256:[0-9a-f]{8})[0-9a-f]{56}\b/g;
/** What a machine said, as short as people need it: of a hash its beginning tells it from another. */
export const shortHashes = (text: string): string => text.replaceAll(HASH, '$1…');

/** `Catalogue editor` of `catalogue-editor`. */
export const words = (kebab: string): string =>
  (kebab.charAt(0).toUpperCase() + kebab.slice(1)).replaceAll('-', ' ');
