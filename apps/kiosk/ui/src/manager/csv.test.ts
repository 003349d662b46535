import { describe, expect, it } from 'vitest';
import { csvText } from './csv.ts';

describe('a table as CSV', () => {
  it('quotes what has to be quoted', () => {
    expect(csvText([['a "b"', 'c, d', 'e\r\nf', 7]])).toBe('"a ""b""","c, d","e\r\nf",7\r\n');
  });
  it('holds no name that a spreadsheet would run', () => {
    expect(csvText([['=1+1', '+44', '@SUM', '-x', '\tx']])).toBe("'=1+1,'+44,'@SUM,'-x,'\tx\r\n");
  });
  it('writes pence as pounds, a number below nothing too', () => {
    const row = [0, 5, 100, 123_456, -105].map((pence) => ({ pence }));
    expect(csvText([row])).toBe('0.00,0.05,1.00,1234.56,-1.05\r\n');
  });
});
