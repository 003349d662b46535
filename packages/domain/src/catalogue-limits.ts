/** £1,000 in pence: no price of the shop is near it, so above it is a slip of the hand. */
export const MAX_PRICE = 100_000;
/** Characters in any label or description. */
export const MAX_TEXT_LENGTH = 1_000;
/** Characters in a name that orders carry, and so in a note or reason of one. */
export const MAX_NAME_LENGTH = 200;
export const MAX_CREW_ID_LENGTH = 64;
/** Entries in any collection. */
export const MAX_ENTRIES = 20_000;
/**
 * Products and combos of a menu together: a day on which each was sold in every way is one event of the journal.
 */
export const MAX_SOLD_ITEMS = 1_500;
/** Compulsory components of a combo, and stock components of a product. */
export const MAX_COMPONENTS = 100;
/** Sequences, record numbers, account numbers and the like. */
export const MAX_ORDINAL = 99_999;
export const MAX_MENU_PAGE = 255;
export const MAX_READBACK_ORDER = 255;
export const MAX_SHOP = 9_999;
export const MAX_ADDRESS_LINES = 3;
/** "Pick one" groups of a product or combo; the legacy tables of the chain know two. */
export const MAX_CHOICE_GROUPS = 6;
/** A million units of a stock item in one product, in millionths. */
export const MAX_QUANTITY_MICRO = 1_000_000_000_000;
export const MAX_KCAL = 100_000;

/** Why `text` can be no text of a catalogue or an order, or null: padded, too long, or with characters no screen can show. */
export function textFault(text: string, most = MAX_TEXT_LENGTH): string | null {
  if (text.length > most) return `has more than ${most} characters`;
  if (/\p{Cc}/u.test(text)) return 'contains a control character';
  if (!text.isWellFormed()) return 'contains half a character';
  if (text !== text.trim()) return 'is padded';
  return null;
}
