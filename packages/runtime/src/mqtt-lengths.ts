import mqttPacket from 'mqtt-packet';

/** Lengths of packets that the library remembers the bytes of. */
const REMEMBERED_BELOW = 16_384;
let isDone = false;

/**
 * MQTT.js remembers for ever how each length that a packet had is written: a few bytes, which hold on to the 64 KB they
 * were cut from. A shop that sells sends thousands of lengths, and grew by as many times that. Written all at once they
 * share what they are cut from; what is remembered is 2 MB then, whatever is sent.
 */
export function rememberLengths(): void {
  if (isDone) return;
  isDone = true;
  const bytes = Buffer.alloc(REMEMBERED_BELOW);
  for (let length = 0; length < REMEMBERED_BELOW; length++) writeNowhere(bytes.subarray(0, length));
}

const nowhere = { write: () => true } as unknown as NodeJS.WritableStream;

/** Writes a packet of this payload, which remembers its length. */
export function writeNowhere(payload: Buffer): void {
  const flags = { qos: 0, dup: false, retain: false } as const;
  mqttPacket.writeToStream({ cmd: 'publish', topic: 'a', payload, ...flags }, nowhere, {
    protocolVersion: 4,
  });
}
