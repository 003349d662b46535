import {
  acknowledgementSchema,
  generateSigningKeyPem,
  publicPemOf,
  signingKeyFromPem,
  signMessage,
  topicOf,
  trustedKeyFromPem,
} from '@tillwire/contract';
import { storeCode } from '@tillwire/domain';
import { expect, it } from 'vitest';
import { believe } from './signed-messages.ts';

const TOPIC = topicOf('ack', storeCode('S03'));
/** What a store has heard last; microseconds. */
const HIGHEST = 1_764_000_000_000_000;
const TWO_MINUTES = 120_000_000;

const key = signingKeyFromPem(generateSigningKeyPem());
const trusted = [trustedKeyFromPem(publicPemOf(key))];
const content = { incarnation: 1, epochs: [], acked_ids: [], now: '2025-11-24T16:00:00Z' };

/** What becomes of an acknowledgement signed under `number`. */
const heard = (number: number) => {
  const payload = Buffer.from(JSON.stringify(signMessage(TOPIC, content, number, [key])));
  return believe(acknowledgementSchema, { topic: TOPIC, payload }, { trusted, highest: HIGHEST });
};

it('An acknowledgement two minutes below the highest number is a worker’s on another clock', () => {
  for (const number of [HIGHEST - TWO_MINUTES, HIGHEST, HIGHEST + 1]) {
    expect(heard(number)).toMatchObject({ ok: true, value: { number } });
  }
});

it('One more than two minutes below it is an old one played again', () => {
  const number = HIGHEST - TWO_MINUTES - 1;
  expect(heard(number)).toEqual({
    ok: false,
    error: { type: 'replay', number, highest: HIGHEST },
  });
});
