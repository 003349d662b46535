import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ConfigError, parseConfig } from './config.ts';

const schema = z.object({
  STORE: z.string({ error: 'is needed' }),
  PORT: z.coerce.number().int().min(1).default(80),
  API_TOKEN: z.string().min(8, 'has at least 8 characters').optional(),
});

const complaint = (env: Record<string, string>): string => {
  try {
    parseConfig(schema, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('it was accepted');
};

describe('a configuration', () => {
  it('is read from the variables its schema names, trimmed, with defaults; others are ignored', () => {
    expect(parseConfig(schema, { STORE: ' S01 ', PORT: '', OTHER: 'x' })).toEqual({
      STORE: 'S01',
      PORT: 80,
    });
  });
  it('tells everything wrong at once, with the value given', () => {
    const text = complaint({ STORE: ' ', PORT: 'eighty' });
    expect(text).toContain('STORE: is needed (not set)');
    expect(text).toMatch(/PORT: .* \("eighty"\)/);
  });
  it('never shows a secret', () => {
    const text = complaint({ STORE: 'S01', API_TOKEN: 'hunter2' });
    expect(text).toContain('API_TOKEN: has at least 8 characters (set, not shown)');
    expect(text).not.toContain('hunter2');
  });
});
