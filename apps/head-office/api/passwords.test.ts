import { expect, it } from 'vitest';
import { hashPassword, PASSWORD_COST, verifyPassword } from './passwords.ts';

it('A password is known again by its hash alone, and never twice the same hash', async () => {
  const [one, two] = [
    await hashPassword('Crème brûlée 12', PASSWORD_COST),
    await hashPassword('Crème brûlée 12', PASSWORD_COST),
  ];
  expect(one).toMatch(/^scrypt\$32768\$8\$3\$[\w-]{22}\$[\w-]{43}$/);
  expect(two).not.toBe(one);
  expect(await verifyPassword('Crème brûlée 12'.normalize('NFD'), one, PASSWORD_COST)).toBe(true);
  expect(await verifyPassword('Creme brulee 12', one, PASSWORD_COST)).toBe(false);
  expect(await verifyPassword('Crème brûlée 12', null, PASSWORD_COST)).toBe(false);
});
