import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import mqttPacket from 'mqtt-packet';
import { expect, it } from 'vitest';
import { rememberLengths } from './mqtt-lengths.ts';

/** Bytes of buffers that something still holds on to. */
function held(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().arrayBuffers;
}

it('Packets of thousands of lengths leave next to nothing behind', () => {
  rememberLengths();
  const nowhere = { write: () => true } as unknown as NodeJS.WritableStream;
  const before = held();
  for (let length = 100; length < 2100; length++) {
    // Whatever else the process does goes between them.
    Buffer.from('x'.repeat(20_000));
    const payload = Buffer.alloc(length);
    const packet = {
      cmd: 'publish',
      topic: 'a',
      payload,
      qos: 0,
      dup: false,
      retain: false,
    } as const;
    mqttPacket.writeToStream(packet, nowhere, { protocolVersion: 4 });
  }
  expect(held() - before).toBeLessThan(8_000_000);
});
