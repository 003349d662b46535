/**
 * The rival's Head Office: a persistent session, one transaction a message, MQTT.js acknowledging on receipt as it
 * does by itself. `node apps/lab/rival/worker.ts mqtt://… postgres://…`
 */
import process from 'node:process';
import { connect } from 'mqtt';
import { openBooks } from '../store/office-books.ts';
import { insertRivalOrder } from '../store/rival-books.ts';

const [url = '', databaseUrl = ''] = process.argv.slice(2);
const books = openBooks(databaseUrl);
// Listens before it connects: what its session kept comes at once.
const client = connect(url, {
  clientId: 'rival-worker',
  clean: false,
  protocolVersion: 5,
  properties: { sessionExpiryInterval: 3600 },
});
client.on('message', (_topic, payload) => {
  insertRivalOrder(books, payload.toString()).catch((error: unknown) => {
    // As the advice has it: written to the log, and on with the next.
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  });
});
await new Promise<void>((resolve) => {
  client.once('connect', () => resolve());
});
await client.subscribeAsync('stores/+/orders', { qos: 1 });
process.stdout.write('worker is subscribed\n');
