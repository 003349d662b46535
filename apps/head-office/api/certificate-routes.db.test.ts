import {
  generateSigningKeyPem,
  publicPemOf,
  signingKeyFromPem,
  trustedKeyFromPem,
  verifyMessage,
} from '@tillwire/contract';
import { type StoreCode, storeCode } from '@tillwire/domain';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { BY_CLOSING, certificateTopic, certifyReconciled } from '../books/certificate.ts';
import { createDashboardRig, type DashboardRig, seedChain, TODAY } from '../test/dashboard-rig.ts';

interface Kept {
  readonly certificateId: number;
  readonly issuedBy: string;
  readonly totals: { readonly orders: number };
}

const S01 = storeCode('S01');
let rig: DashboardRig;
beforeEach(async () => {
  rig = await createDashboardRig();
  await seedChain(rig, { shops: 2, ordersADay: 3 });
  await completeThrough(1);
});
afterEach(() => rig.stop());

const completeThrough = (seq: number): Promise<unknown> =>
  rig.db.query('UPDATE journal_epochs SET complete_through = $1', [seq]);
const json = async <T>(method: string, path: string): Promise<T> =>
  (await rig.admin(method, `/api/certificates/${path}`)).json() as Promise<T>;
const kept = async (query = ''): Promise<readonly Kept[]> =>
  (await json<{ certificates: Kept[] }>('GET', `S01/kept${query}`)).certificates;

it('What was issued is kept byte for byte, once for what it says, the last first', async () => {
  const first = await json<Kept>('POST', 'S01');
  expect(await json<Kept>('POST', 'S01')).toEqual(first);
  await completeThrough(3);
  const second = await json<Kept>('POST', 'S01');
  expect([first.totals.orders, second.totals.orders]).toEqual([1, 3]);
  expect((await kept()).map(({ certificateId }) => certificateId)).toEqual([
    second.certificateId,
    first.certificateId,
  ]);
  expect(await kept('?limit=1')).toHaveLength(1);
  expect(await kept(`?before=${second.certificateId}`)).toEqual([first]);

  const path = `/api/certificates/S01/kept/${first.certificateId}`;
  const response = await rig.admin('GET', path);
  expect(response.headers.get('content-disposition')).toContain('certificate-S01-');
  const { rows } = await rig.db.query<{ text: string }>(
    'SELECT certificate AS text FROM kept_certificates WHERE certificate_id = $1',
    [first.certificateId],
  );
  expect(await response.text()).toBe(rows[0]?.text);
  expect(await json('GET', `S02/kept/${first.certificateId}`)).toMatchObject({
    code: 'unknown-certificate',
  });
});

it('A shop nothing is complete of has none', async () => {
  await completeThrough(0);
  expect(await json('POST', 'S01')).toMatchObject({ code: 'nothing-complete' });
  expect(await kept()).toEqual([]);
});

it('A day that reconciles leaves one behind, signed, and is not looked at twice', async () => {
  const key = signingKeyFromPem(generateSigningKeyPem());
  const seen = new Map<StoreCode, number>();
  const certify = (): Promise<number> =>
    certifyReconciled({ db: rig.db, keys: () => [key], clock: rig.clock }, seen);
  expect(await certify()).toBe(0);
  const judge = (state: string): Promise<unknown> =>
    rig.db.query(
      `INSERT INTO days (store, business_date, state, judged_at) VALUES ('S01', $1, $2, $3)
       ON CONFLICT (store, business_date) DO UPDATE SET state = $2, judged_at = $3`,
      [TODAY, state, new Date(rig.clock.nowMs())],
    );
  await judge('differs');
  expect(await certify()).toBe(0);
  await judge('reconciled');
  expect([await certify(), await certify()]).toEqual([1, 0]);
  const [one, ...others] = await kept();
  expect([one?.issuedBy, others]).toEqual([BY_CLOSING, []]);
  const text = await (
    await rig.admin('GET', `/api/certificates/S01/kept/${one?.certificateId}`)
  ).json();
  const trusted = [trustedKeyFromPem(publicPemOf(key))];
  expect(verifyMessage(certificateTopic(S01), text as never, trusted).ok).toBe(true);
});
