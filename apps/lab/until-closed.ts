import type { MqttClient } from 'mqtt';

/** MQTT.js forgets who waits for an answer when the connection ends: then `work` has failed. */
export async function untilClosed(client: MqttClient, work: () => Promise<void>): Promise<void> {
  const { promise: closed, reject } = Promise.withResolvers<never>();
  const onClose = (): void => reject(new Error('the connection ended'));
  client.once('close', onClose);
  try {
    await Promise.race([closed, work()]);
  } finally {
    client.off('close', onClose);
  }
}
