/**
 * Everything the till can refuse an order for, one `type` a rule. `path` names the field as
 * in the request, `lines.0.meal.drink`.
 */
export type OrderFault = {
  readonly type: OrderFaultType;
  readonly path: string;
  /** What was given, where that helps. */
  readonly value?: number | string;
};

const MESSAGES = {
  'no-lines': 'an order needs at least one line',
  'too-many-lines': 'an order has at most 200 lines',
  'bad-quantity': 'a quantity is a whole number from 1 to 999',
  'unknown-channel': 'there is no such channel',
  'channel-not-operating': 'the channel does not operate at this shop',
  'channel-takeaway-only': 'a delivery channel sells takeaway only',
  'unknown-product': 'there is no such product',
  'unavailable-product': 'the product is not available',
  'unknown-combo': 'there is no such combo',
  'unavailable-combo': 'the combo is not available',
  'meal-only': 'the product is sold only as a meal',
  'not-sold-in-band': "it has no price in the channel's band",
  'not-a-meal': 'the product is not sold as a meal',
  'wrong-meal-drink': 'the drink does not belong to this kind of meal',
  'no-large-drink': 'the meal has no large version with this drink',
  'hot-drink-refused': 'the channel sells no hot drinks',
  'missing-choice': 'exactly one product of each choice group has to be chosen',
  'surplus-choice': 'more products were chosen than there are choice groups',
  'choice-not-offered': 'the product is not in a choice group',
  'too-many-extras': 'a line has at most 100 different extras',
  'extra-not-offered': 'the extra is not offered with this product',
  'relish-not-in-product': 'the product contains no such relish to leave out',
  'no-trade-up': 'the combo has no trade-up in this band',
  'total-too-large': 'an order totals at most £100,000, and so does each of its discounts',
  'no-tender': 'an order needs a tender',
  'too-many-tenders': 'an order has at most 20 tenders',
  'tender-not-accepted': 'the channel does not accept this tender',
  'bad-tender-amount': 'a tender is from 1p to £100,000, in whole pence',
  'several-open-tenders': 'only one tender may leave its amount open',
  'tenders-short': 'the tenders do not cover the total',
  'tenders-over': 'the tenders exceed the total',
  'tendered-not-cash': 'only cash is handed over for change',
  'tendered-too-little': 'less cash was handed over than the tender pays',
  'house-tender-mixed': 'crew food and cooked waste pay a whole order, alone',
  'house-tender-amount': 'crew food and cooked waste pay exactly the total',
  'crew-id-needed': 'a crew id is needed',
  'unknown-crew': 'there is no such crew member',
  'reason-needed': 'a reason is needed',
  'bad-text':
    'a note or reason has at most 200 characters, a crew id 64, none of them a control character',
  'bad-paid-out-amount': 'a paid out is from 1p to £999.99',
  'already-voided': 'the order is already voided',
  'payment-not-changeable': 'only a customer order paid by one tender can change its payment',
  'same-tender': 'the order is already paid so',
} as const;

export type OrderFaultType = keyof typeof MESSAGES;

/** The rule in a sentence a cashier understands. */
export const faultMessage = (fault: OrderFault): string => MESSAGES[fault.type];

export const fault = (type: OrderFaultType, path: string, value?: number | string): OrderFault =>
  value === undefined ? { type, path } : { type, path, value };
