import { describe, expect, it } from 'vitest';
import {
  generateSigningKeyPem,
  publicPemOf,
  signingKeyFromPem,
  signMessage,
  trustedKeyFromPem,
  verifyMessage,
} from './signing.ts';

const [first, second, stranger] = [1, 2, 3].map(() => signingKeyFromPem(generateSigningKeyPem()));
if (first === undefined || second === undefined || stranger === undefined) throw new Error('keys');
const trust = (key: typeof first) => trustedKeyFromPem(publicPemOf(key));

describe('A message from Head Office', () => {
  const message = signMessage('ho/ack/S03', { now: '2026-01-01T00:00:00Z', acked_ids: [] }, 7, [
    first,
    second,
  ]);

  it('is believed when a pinned key signed it for this topic', () => {
    expect(verifyMessage('ho/ack/S03', message, [trust(first)])).toEqual({ ok: true, value: true });
    expect(verifyMessage('ho/ack/S03', message, [trust(second)]).ok).toBe(true);
    expect(
      verifyMessage('ho/ack/S03', JSON.parse(JSON.stringify(message)), [trust(first)]).ok,
    ).toBe(true);
  });

  it('is nothing to another store', () => {
    expect(verifyMessage('ho/ack/S04', message, [trust(first)])).toMatchObject({
      error: { type: 'bad-signature' },
    });
  });

  it.each([
    ['content', { ...message, now: '2027-01-01T00:00:00Z' }],
    ['number', { ...message, number: 8 }],
    ['an added field', { ...message, extra: 1 }],
  ])('is refused once its %s changed', (_, tampered) => {
    expect(verifyMessage('ho/ack/S03', tampered, [trust(first)])).toMatchObject({
      error: { type: 'bad-signature' },
    });
  });

  it('is refused unsigned, or signed by nobody that is trusted', () => {
    const { signatures: _, ...unsigned } = message;
    expect(verifyMessage('ho/ack/S03', unsigned, [trust(first)])).toMatchObject({
      error: { type: 'unsigned' },
    });
    expect(verifyMessage('ho/ack/S03', message, [trust(stranger)])).toMatchObject({
      error: { type: 'unknown-key', keys: [first.id, second.id] },
    });
  });
});
