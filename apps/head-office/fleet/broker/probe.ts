import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { BrokerAddress } from '@tillwire/runtime';
import mqtt, { type IConnackPacket, type MqttClient } from 'mqtt';

/** A connection that looks at a broker the way a stranger does, or one of its users. */
export interface Probe {
  readonly connack: IConnackPacket;
  /** `accepted`, or the reason code by which the broker denied it; `closed` when it ended the connection. */
  readonly publish: (topic: string, payload: string) => Promise<number | 'accepted' | 'closed'>;
  readonly subscribe: (filter: string) => Promise<boolean>;
  /** `topic payload` of everything that came. */
  readonly received: ReadonlySet<string>;
  readonly leave: () => Promise<void>;
}

const CONNECT_WITHIN_MS = 5000;

/** Connects over MQTT 5. @throws with the broker's reason when it refuses. */
export async function openProbe(address: BrokerAddress): Promise<Probe> {
  const { url, ca, cert, key, username, password } = address;
  const client = mqtt.connect(url, {
    protocolVersion: 5,
    reconnectPeriod: 0,
    connectTimeout: CONNECT_WITHIN_MS,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  });
  const received = new Set<string>();
  client.on('message', (topic, payload) => received.add(`${topic} ${payload.toString()}`));
  const connack = await connected(client);
  // What comes after the connection is answered per publish.
  client.on('error', () => undefined);
  return {
    connack,
    received,
    publish: (topic, payload) =>
      new Promise((resolve) => {
        client.once('close', () => resolve('closed'));
        client.publish(topic, payload, { qos: 1 }, (error) => {
          if (error === null || error === undefined) resolve('accepted');
          else resolve('code' in error && typeof error.code === 'number' ? error.code : 'closed');
        });
      }),
    subscribe: (filter) =>
      new Promise((resolve) => {
        client.subscribe(filter, { qos: 1 }, (error) => resolve(error === null));
      }),
    leave: () => client.endAsync(),
  };
}

const connected = (client: MqttClient): Promise<IConnackPacket> =>
  new Promise((resolve, reject) => {
    client.once('connect', resolve);
    const fail = (error: Error): void => {
      client.end(true);
      reject(error);
    };
    client.once('error', fail);
    client.once('close', () => fail(new Error('the broker closed the connection')));
  });

/** What a TLS handshake with the broker came to. */
export interface Handshake {
  /** `TLSv1.3`. */
  readonly protocol: string;
  readonly validTo: Date;
}

/** Shakes hands with nothing newer than `maxVersion`, trusting `ca` only. @throws when there is no agreement. */
export function shakeHands(
  { url, ca }: Pick<BrokerAddress, 'url' | 'ca'>,
  maxVersion: 'TLSv1.1' | 'TLSv1.3',
): Promise<Handshake> {
  const { hostname, port } = new URL(url);
  const host = hostname.replaceAll(/[[\]]/g, '');
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connectTls({
      host,
      servername: /^[\d.]+$|:/.test(host) ? '' : host,
      port: Number(port),
      minVersion: 'TLSv1',
      maxVersion,
      // Without it this side would refuse old versions by itself, and prove nothing.
      ...(maxVersion === 'TLSv1.1' ? { ciphers: 'DEFAULT@SECLEVEL=0' } : {}),
      ...(ca === undefined ? {} : { ca }),
    });
    socket.setTimeout(CONNECT_WITHIN_MS, () => socket.destroy(new Error('no answer')));
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      const protocol = socket.getProtocol() ?? 'unknown';
      const validTo = new Date(socket.getPeerCertificate().valid_to);
      socket.destroy();
      resolve({ protocol, validTo });
    });
  });
}
