import { isBusinessDate } from '@tillwire/domain';

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const NUMBERS = /^(\d{1,2})[/. -](\d{1,2})[/. -](\d{4})$/;
const WORDS = /^(?:[a-z]{3},? )?(\d{1,2}) ([a-z]{3})[a-z]* (\d{4})$/i;

/** `2025-11-27` of `27/11/2025`, `27 Nov 2025` or itself; null for what is no date. Days come first, always. */
export function dateOfText(typed: string): string | null {
  const text = typed.trim();
  const [, day = '', month = '', year = ''] =
    NUMBERS.exec(text) ??
    (WORDS.exec(text) ?? []).map((part, at) =>
      at === 2 ? String(MONTHS.indexOf(part.toLowerCase()) + 1) : part,
    );
  const date = year === '' ? text : `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  return isBusinessDate(date) ? date : null;
}

/** `27/11/2025` of `2025-11-27`. */
export const britishDate = (date: string): string => date.split('-').toReversed().join('/');

const TIME = /^(\d{1,2})(?:[:.](\d{2})(?:[:.](\d{2}))?)?$/;

/** `04:00:00` of `4:00`, `4.00`, `04:00:00` or `4`; null for what is no time of day. */
export function timeOfText(typed: string): string | null {
  const [, hour = '', minute = '00', second = '00'] = TIME.exec(typed.trim()) ?? [];
  const isTime = hour !== '' && Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60;
  return isTime ? `${hour.padStart(2, '0')}:${minute}:${second}` : null;
}
