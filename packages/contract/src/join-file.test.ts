import { randomBytes } from 'node:crypto';
import { utcInstant } from '@tillwire/domain';
import { describe, expect, it } from 'vitest';
import { type JoinContent, newJoinCode, readJoinFile, writeJoinFile } from './join-file.ts';
import { seal, unseal } from './sealed.ts';

const random = (bytes: number): string => randomBytes(bytes).toString('base64url');
const NOW = Date.UTC(2026, 10, 25, 9);
const HOUR = 3_600_000;
const content: JoinContent = {
  store_code: 'S16',
  name: 'Harbour',
  join_id: 'one',
  day: { time_zone: 'Europe/London', rollover: '04:00' },
  broker: { url: 'mqtts://broker.example:8883', ca: 'a PEM', user: 'S16', password: 'very secret' },
  store_key: random(32),
  trust_anchors: 'a PEM',
  last_epoch: 0,
};
const code = newJoinCode(random);
const file = writeJoinFile(content, {
  issuedAt: utcInstant(NOW),
  expiresAt: utcInstant(NOW + 72 * HOUR),
  code,
  random,
});
const read = (text: string, typed = code, nowMs = NOW) =>
  readJoinFile(text, { code: typed, nowMs });
const fault = (text: string, typed?: string, nowMs?: number) => {
  const opened = read(text, typed, nowMs);
  return opened.ok ? null : opened.error.type;
};

describe('a join file', () => {
  it('opens with its code, however that was typed', () => {
    expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
    for (const typed of [code, code.toLowerCase(), code.replaceAll('-', ' '), ` ${code} `]) {
      expect(read(file, typed)).toMatchObject({ ok: true, value: content });
    }
    expect(read(file, code.replaceAll('0', 'O').replaceAll('1', 'l')).ok).toBe(true);
  });

  it('tells whoever has it without its code nothing but the store and its times', () => {
    expect(file).not.toContain('secret');
    expect(file).not.toContain('broker.example');
    const other = newJoinCode(random);
    expect(fault(file, other)).toBe('wrong-code-or-changed');
    expect(fault(file, '')).toBe('wrong-code-or-changed');
  });

  it('opens no more when anything in it was changed', () => {
    const parts = JSON.parse(file) as Record<string, string>;
    const sealed = parts['sealed'] ?? '';
    const changes: readonly Record<string, unknown>[] = [
      { store_code: 'S17' },
      { expires_at: utcInstant(NOW + 1000 * HOUR) },
      { issued_at: utcInstant(NOW - HOUR) },
      { salt: random(16) },
      { sealed: `${sealed.slice(0, 40)}${sealed[40] === 'A' ? 'B' : 'A'}${sealed.slice(41)}` },
      { sealed: 'AAAA' },
    ];
    for (const change of changes) {
      expect(fault(JSON.stringify({ ...parts, ...change }))).toBe('wrong-code-or-changed');
    }
  });

  it('is refused when it has expired, and by a clock from before it was made', () => {
    expect(fault(file, code, NOW + 72 * HOUR)).toBe('expired');
    expect(fault(file, code, NOW - HOUR)).toBe('clock-behind');
    expect(fault(file, code, NOW - 60_000)).toBeNull();
  });

  it('is told apart from anything else, and from one of another version', () => {
    for (const text of ['', '{', '[]', 'null', '{"format":"tillwire-join"}', '\0']) {
      expect(fault(text)).toBe('not-a-join-file');
    }
    expect(fault(JSON.stringify({ ...JSON.parse(file), version: 2 }))).toBe('other-version');
  });
});

describe('what is sealed', () => {
  it('opens by its key and for its context alone', () => {
    const [key, other] = [randomBytes(32), randomBytes(32)];
    const sealed = seal(key, 'S16', 'word', random);
    expect(unseal(key, 'S16', sealed)).toBe('word');
    expect(unseal(key, 'S17', sealed)).toBeNull();
    expect(unseal(other, 'S16', sealed)).toBeNull();
    expect(unseal(key, 'S16', '')).toBeNull();
  });
});
