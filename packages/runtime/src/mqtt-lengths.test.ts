import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { rememberLengths, writeNowhere } from './mqtt-lengths.ts';

/** Bytes of buffers that something still holds on to. */
function held(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().arrayBuffers;
}

it('Packets of thousands of lengths leave next to nothing behind', () => {
  rememberLengths();
  const before = held();
  for (let length = 100; length < 2100; length++) {
    // Whatever else the process does goes between them.
    Buffer.from('x'.repeat(20_000));
    writeNowhere(Buffer.alloc(length));
  }
  expect(held() - before).toBeLessThan(8_000_000);
});
