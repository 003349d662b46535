import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDashboardRig, type DashboardRig, seedChain } from '../test/dashboard-rig.ts';
import { type Role, ROLES } from './permissions.ts';

/** Who may call what, written down a second time: a route without a row here, or with another one, fails. */
const TABLE: readonly (readonly [who: readonly Role[] | 'anybody', routes: readonly string[]])[] = [
  [
    'anybody',
    ['POST /api/login', 'GET /openapi.json', 'GET /healthz', 'GET /readyz', 'GET /metrics'],
  ],
  [
    ['viewer', 'ops', 'catalogue-editor', 'approver', 'admin'],
    [
      'POST /api/logout',
      'GET /api/me',
      'POST /api/me/password',
      'GET /api/events',
      'GET /api/stores',
      'GET /api/stores/:store',
      'GET /api/orders',
      'GET /api/orders/:globalOrderId',
      'GET /api/days',
      'GET /api/days/:store/:date',
      'GET /api/days/:store/:date/exports/:file',
      'GET /api/exports',
      'GET /api/certificates/:store',
      'GET /api/certificates/:store/kept',
      'GET /api/certificates/:store/kept/:id',
      'GET /api/reports/:kind',
      'GET /api/catalogue',
      'GET /api/catalogue/releases/:releaseId',
      'GET /api/catalogue/releases/:releaseId/menu',
      'GET /api/catalogue/releases/:releaseId/price-list',
      'GET /api/catalogue/releases/:releaseId/export',
      'GET /api/catalogue/drafts',
      'GET /api/catalogue/drafts/:draftId',
      'GET /api/catalogue/drafts/:draftId/menu',
      'GET /api/alerts',
      'GET /api/alerts/summary',
      'GET /api/alert-rules',
      'GET /api/alert-silences',
      'GET /api/alert-sinks',
      'GET /api/quarantine',
      'GET /api/quarantine/:id',
      'GET /api/commands',
      'GET /api/errors',
      'GET /api/configs',
      'GET /api/configs/:store',
      'GET /api/fleet/access',
      'GET /api/fleet/stores/:store/credentials',
    ],
  ],
  [
    ['ops', 'catalogue-editor', 'approver', 'admin'],
    [
      'POST /api/commands',
      'POST /api/configs',
      'POST /api/configs/preview',
      'POST /api/days/:store/:date/verify',
      'POST /api/certificates/:store',
      'POST /api/alerts/:id/acknowledge',
      'POST /api/alert-silences',
      'POST /api/alert-silences/:id/end',
      'POST /api/quarantine/replay',
      'POST /api/quarantine/:id/discard',
      'POST /api/catalogue/releases/:releaseId/halt',
    ],
  ],
  [
    ['catalogue-editor', 'admin'],
    [
      'POST /api/catalogue/drafts',
      'DELETE /api/catalogue/drafts/:draftId',
      'POST /api/catalogue/imports',
      'POST /api/catalogue/drafts/:draftId/imports',
      'POST /api/catalogue/drafts/:draftId/edits',
      'POST /api/catalogue/drafts/:draftId/rebase',
    ],
  ],
  [
    ['approver', 'admin'],
    ['POST /api/catalogue/drafts/:draftId/approve', 'GET /api/audit'],
  ],
  [
    ['catalogue-editor', 'approver', 'admin'],
    [
      'POST /api/catalogue/drafts/:draftId/publish',
      'POST /api/catalogue/releases/:releaseId/resume',
      'POST /api/catalogue/releases/:releaseId/advance',
      'POST /api/catalogue/releases/:releaseId/roll-back',
    ],
  ],
  [
    ['admin'],
    [
      'PUT /api/alert-rules/:rule',
      'DELETE /api/alert-rules/:rule',
      'POST /api/alert-sinks',
      'PUT /api/alert-sinks/:id',
      'DELETE /api/alert-sinks/:id',
      'POST /api/alert-sinks/:id/test',
      'POST /api/fleet/stores/:store/provision',
      'POST /api/fleet/stores/:store/rotate',
      'POST /api/fleet/stores/:store/revoke',
      'POST /api/fleet/signing-key/rotate',
      'GET /api/users',
      'POST /api/users',
      'PUT /api/users/:name',
    ],
  ],
];

const who = new Map(TABLE.flatMap(([roles, routes]) => routes.map((route) => [route, roles])));

let rig: DashboardRig;
beforeAll(async () => {
  rig = await createDashboardRig();
  await seedChain(rig, { shops: 1, ordersADay: 1 });
  for (const role of ROLES) await rig.addUser(role, role);
});
afterAll(() => rig.stop());

it('Every route has its row, and every row its route', () => {
  const declared = rig.api.routes.map(({ method, path }) => `${method} ${path}`);
  expect(declared.toSorted()).toEqual([...who.keys()].toSorted());
});

it('Every role on every route is let in or answered 403, and nobody 401, as the table says', async () => {
  const cookies = new Map<Role, string>();
  for (const role of ROLES) cookies.set(role, await rig.signIn(role));
  const wrong: string[] = [];
  for (const { method, path } of rig.api.routes) {
    const route = `${method} ${path}`;
    const allowed = who.get(route) ?? [];
    const url = path.replaceAll(/:\w+/g, 'nothing');
    const body = method === 'GET' ? undefined : {};
    const status = async (cookie?: string): Promise<number> => {
      const response = await rig.call(method, url, {
        body,
        ...(cookie === undefined ? {} : { cookie }),
      });
      // The event stream never ends.
      await response.body?.cancel();
      return response.status;
    };
    // Signing in as nobody in particular is refused with 401 whoever asks.
    if (route === 'POST /api/login') continue;
    if (((await status()) === 401) !== (allowed !== 'anybody')) wrong.push(`nobody ${route}`);
    for (const role of ROLES) {
      const cookie = cookies.get(role) ?? '';
      const isIn = ![401, 403].includes(await status(cookie));
      if (isIn !== (allowed === 'anybody' || allowed.includes(role)))
        wrong.push(`${role} ${route}`);
      // Signing out ended the session the table is read with.
      if (route === 'POST /api/logout') cookies.set(role, await rig.signIn(role));
    }
  }
  expect(wrong).toEqual([]);
});
