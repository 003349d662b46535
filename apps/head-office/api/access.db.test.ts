import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDashboardRig, type DashboardRig, PASSWORD } from '../test/dashboard-rig.ts';

let rig: DashboardRig;
beforeEach(async () => {
  rig = await createDashboardRig();
  await rig.addUser('ada', 'admin');
});
afterEach(() => rig.stop());

const MINUTE_MS = 60_000;
const login = (user: string, password: string, headers: object = {}): Promise<Response> =>
  rig.call('POST', '/api/login', { body: { user, password }, headers });
const code = async (response: Response): Promise<unknown> =>
  ((await response.json()) as { code: unknown }).code;
const me = (cookie: string): Promise<Response> => rig.call('GET', '/api/me', { cookie });

describe('a session', () => {
  it('is a cookie that scripts and other sites never get', async () => {
    const response = await login('ada', PASSWORD);
    expect(response.headers.get('set-cookie')).toMatch(
      /^tillwire=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    expect(await response.json()).toMatchObject({ name: 'ada', role: 'admin' });
  });

  it('by TLS is bound to the host and never sent without it', async () => {
    const secure = await createDashboardRig({ publicUrl: 'https://office.example' });
    await secure.addUser('ada', 'admin');
    const response = await secure.call('POST', '/api/login', {
      body: { user: 'ada', password: PASSWORD },
      headers: { origin: 'https://office.example' },
    });
    expect(response.headers.get('set-cookie')).toMatch(/^__Host-tillwire=.*; Secure$/);
    await secure.stop();
  });

  it('is not the one somebody planted: signing in always makes a new one', async () => {
    const planted = 'tillwire=planted-by-somebody-else';
    const response = await login('ada', PASSWORD, { cookie: planted });
    const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? '';
    expect(cookie).not.toBe(planted);
    expect((await me(planted)).status).toBe(401);
    expect((await me(cookie)).status).toBe(200);
    const again = await login('ada', PASSWORD, { cookie });
    expect(again.headers.get('set-cookie')?.split(';')[0]).not.toBe(cookie);
  });

  it('ends by signing out, by time, by a new role and by being shut out', async () => {
    await rig.addUser('bo', 'viewer');
    const [out, role] = [await rig.signIn('bo'), await rig.signIn('bo')];
    await rig.call('POST', '/api/logout', { cookie: out });
    expect((await me(out)).status).toBe(401);
    expect((await me(role)).status).toBe(200);
    await rig.admin('PUT', '/api/users/bo', { role: 'ops' });
    expect((await me(role)).status).toBe(401);
    const later = await rig.signIn('bo');
    rig.clock.advance(12 * 60 * MINUTE_MS);
    expect((await me(later)).status).toBe(401);
    const last = await rig.signIn('bo');
    await rig.admin('PUT', '/api/users/bo', { disabled: true });
    expect((await me(last)).status).toBe(401);
    expect(await code(await login('bo', PASSWORD))).toBe('wrong-credentials');
  });

  it('ends everywhere when its user takes a new password, but for the one at hand', async () => {
    const [here, elsewhere] = [await rig.signIn('ada'), await rig.signIn('ada')];
    const wrong = { current: 'not it at all', next: 'a new long password' };
    expect(
      await code(await rig.call('POST', '/api/me/password', { cookie: here, body: wrong })),
    ).toBe('wrong-password');
    const body = { current: PASSWORD, next: 'a new long password' };
    const response = await rig.call('POST', '/api/me/password', { cookie: here, body });
    const fresh = response.headers.get('set-cookie')?.split(';')[0] ?? '';
    expect((await me(fresh)).status).toBe(200);
    expect((await me(elsewhere)).status).toBe(401);
    expect((await me(here)).status).toBe(401);
  });
});

describe('a page of somebody else', () => {
  it('cannot change anything with the browser’s session', async () => {
    const cookie = await rig.signIn('ada');
    const body = { name: 'mallory', fullName: 'M', role: 'admin', password: 'x'.repeat(12) };
    for (const headers of [{ origin: 'https://evil.example' }, { origin: 'null' }]) {
      const response = await rig.call('POST', '/api/users', { cookie, body, headers });
      expect(await code(response)).toBe('foreign-origin');
    }
    const { rows } = await rig.db.query('SELECT 1 FROM users');
    expect(rows).toHaveLength(1);
  });

  it('cannot sign a browser in as somebody it chose', async () => {
    const response = await login('ada', PASSWORD, { origin: 'https://evil.example' });
    expect(await code(response)).toBe('foreign-origin');
  });
});

describe('guessing', () => {
  it('locks a name after five tries, for longer each time, and tells no name from another', async () => {
    for (let at = 0; at < 5; at++) {
      expect(await code(await login('ada', `guess ${at}`))).toBe('wrong-credentials');
      expect(await code(await login('nobody', `guess ${at}`))).toBe('wrong-credentials');
    }
    for (const name of ['ada', 'nobody']) {
      const locked = await login(name, PASSWORD);
      expect(locked.status).toBe(429);
      expect(await locked.json()).toMatchObject({ code: 'too-many-attempts', retryAfterS: 60 });
    }
    rig.clock.advance(MINUTE_MS + 1);
    expect(await code(await login('ada', 'guess again'))).toBe('wrong-credentials');
    expect(await (await login('ada', PASSWORD)).json()).toMatchObject({ retryAfterS: 120 });
    rig.clock.advance(2 * MINUTE_MS + 1);
    expect((await login('ada', PASSWORD)).status).toBe(200);
    expect(await code(await login('ada', 'guess anew'))).toBe('wrong-credentials');
  });

  it('is counted when many guess at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) => login('ada', `guess ${at}`)),
    );
    const looked = answers.filter(({ status }) => status === 401);
    expect(looked).toHaveLength(5);
  });

  it('of many names from one address is slowed down too', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, at) => login(`name${at}`, 'guess')),
    );
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(10);
    rig.clock.advance(MINUTE_MS + 1);
    expect((await login('ada', PASSWORD)).status).toBe(200);
  });
});

describe('the last admin', () => {
  it('can neither step down nor be shut out', async () => {
    expect(await code(await rig.admin('PUT', '/api/users/ada', { role: 'viewer' }))).toBe(
      'last-admin',
    );
    expect(await code(await rig.admin('PUT', '/api/users/ada', { disabled: true }))).toBe(
      'last-admin',
    );
    await rig.addUser('grace', 'admin');
    expect((await rig.admin('PUT', '/api/users/ada', { role: 'viewer' })).status).toBe(200);
  });
});

it('names, passwords and roles that break a rule are refused, each with its field', async () => {
  const response = await rig.admin('POST', '/api/users', {
    name: 'Not A Name',
    fullName: '\u0000',
    role: 'king',
    password: 'short',
  });
  expect(response.status).toBe(400);
  const { faults } = (await response.json()) as { faults: { path: string }[] };
  expect(faults.map(({ path }) => path)).toEqual(['name', 'fullName', 'role', 'password']);
});
