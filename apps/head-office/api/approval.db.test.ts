import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipFiles } from '@tillwire/runtime';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDashboardRig, type DashboardRig, seedChain } from '../test/dashboard-rig.ts';

const MENU = join(import.meta.dirname, '../../../sample-menu');
const SET = zipFiles(
  readdirSync(MENU)
    .filter((name) => /\.csv$/i.test(name))
    .map((name) => ({ name, text: readFileSync(join(MENU, name), 'utf8') })),
);

let rig: DashboardRig;
let ada: string;
let grace: string;

beforeAll(async () => {
  rig = await createDashboardRig();
  await seedChain(rig, { shops: 2, ordersADay: 1 });
  await rig.addUser('ada', 'admin');
  await rig.addUser('grace', 'admin');
  [ada, grace] = [await rig.signIn('ada'), await rig.signIn('grace')];
});
afterAll(() => rig.stop());

const as = async (cookie: string, path: string, body: object): Promise<Record<string, unknown>> =>
  (await (await rig.call('POST', path, { cookie, body })).json()) as Record<string, unknown>;

it('A menu is published only as somebody else approved it, whoever edited it', async () => {
  const response = await fetch(`${rig.url}/api/catalogue/imports?shop=1`, {
    method: 'POST',
    headers: { cookie: ada, origin: rig.url, 'content-type': 'application/zip' },
    body: Buffer.from(SET),
  });
  expect(response.status).toBe(201);
  const { draft } = (await response.json()) as { draft: { draftId: number; revision: number } };
  const path = `/api/catalogue/drafts/${draft.draftId}`;
  const { revision } = draft;
  const publish = { revision, note: 'the first menu' };

  expect(await as(ada, `${path}/approve`, { revision })).toMatchObject({ code: 'own-draft' });
  expect(await as(ada, `${path}/publish`, publish)).toMatchObject({ code: 'not-approved' });
  expect(await as(grace, `${path}/approve`, { revision })).toEqual({});

  // An edit by the one who approved makes it hers too, and nothing approved any more.
  const menu = await (await rig.call('GET', `${path}/menu`, { cookie: grace })).json();
  const [burger] = (menu as { products: { code: number; prices: number[] }[] }).products;
  const dearer = { ...burger, prices: [999, ...(burger?.prices.slice(1) ?? [])] };
  const edited = await as(grace, `${path}/edits`, {
    revision,
    edit: { products: { set: [dearer] } },
  });
  expect(edited).toMatchObject({ revision: revision + 1 });
  const next = { revision: revision + 1 };
  expect(await as(ada, `${path}/publish`, publish)).toMatchObject({ code: 'draft-changed' });
  expect(await as(ada, `${path}/publish`, { ...publish, ...next })).toMatchObject({
    code: 'not-approved',
  });
  expect(await as(grace, `${path}/approve`, next)).toMatchObject({ code: 'own-draft' });

  await rig.addUser('abe', 'approver');
  const abe = await rig.signIn('abe');
  expect(await as(abe, `${path}/approve`, next)).toEqual({});
  expect(await as(ada, `${path}/publish`, { ...publish, ...next })).toMatchObject({
    waves: [['S01', 'S02']],
  });
  const audit = await (
    await rig.call('GET', '/api/audit?action=edit-draft', { cookie: ada })
  ).json();
  expect(audit).toMatchObject({
    entries: [{ actor: 'grace', before: { products: [{ code: burger?.code }] } }],
  });
});

it('An edit with a field that is wrong is refused with the field, and changes nothing', async () => {
  const { draftId, revision } = (await as(ada, '/api/catalogue/drafts', { name: 'x' })) as {
    draftId: number;
    revision: number;
  };
  const path = `/api/catalogue/drafts/${draftId}`;
  const edit = { vatClasses: { set: [{ class: 1, rate: -5, name: 'odd' }] } };
  expect(await as(ada, `${path}/edits`, { revision, edit })).toMatchObject({ code: 'bad-request' });
  const after = await (await rig.call('GET', path, { cookie: ada })).json();
  expect(after).toMatchObject({ revision, diff: [] });
});
