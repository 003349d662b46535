import {
  type CommandResult,
  generateSigningKeyPem,
  type Heartbeat,
  signingKeyFromPem,
  signMessage,
  topicOf,
} from '@tillwire/contract';
import { storeCode, utcInstant } from '@tillwire/domain';
import { systemClock, systemIds } from '@tillwire/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitFor } from '../../../../test/harness/wait.ts';
import { openKioskDatabase } from '../store/database.ts';
import { createJournalStore } from '../store/journal-store.ts';
import type { SyncStatus } from '../sync-status.ts';
import { databases, type TestDatabase } from '../test/databases.ts';
import {
  epochState,
  type HeadOfficeStandIn,
  startHeadOfficeStandIn,
} from '../test/head-office-stand-in.ts';
import {
  asManager,
  cheeseburgers,
  type RunningKiosk,
  startKiosk,
  STORE,
} from '../test/kiosk-rig.ts';

describe.each(databases)('The line of a kiosk on $name', ({ open }) => {
  let database: TestDatabase;
  let office: HeadOfficeStandIn;
  let web: RunningKiosk;

  /** The same kiosk, now with its line. */
  const startSync = async (): Promise<void> => {
    await web.stop();
    web = await startKiosk(database.address, {
      roles: ['web', 'sync'],
      broker: { ...office.broker, protocolVersion: 4 },
      trusted: office.trusted,
    });
  };
  beforeEach(async () => {
    database = await open();
    office = await startHeadOfficeStandIn();
    web = await startKiosk(database.address);
  });
  afterEach(async () => {
    await web.stop();
    await office.stop();
    await database.drop();
  });

  const sell = async (count: number, from = 1): Promise<void> => {
    for (let at = from; at < from + count; at++) {
      const { status } = await web.post('/api/orders', cheeseburgers(`r${at}`));
      expect(status).toBe(201);
    }
  };
  const synced = (what: string, holds: (sync: SyncStatus) => boolean) =>
    waitFor(what, async () => holds((await web.get('/api/sync')).body as SyncStatus));
  const seqs = () => office.events.map(({ event }) => event.journal_seq);
  const told = (name: 'state' | 'health' | 'errors' | 'results') =>
    office.messages.get(topicOf(name, STORE)) ?? [];

  it('sends what was sold before and after it came up, and releases it on acknowledgement', async () => {
    await sell(3);
    await startSync();
    await waitFor('the backlog', () => new Set(seqs()).size === 3);
    await sell(1, 4);
    await waitFor('the live sale', () => seqs().includes(4));
    await synced('nothing unsent', ({ unsent }) => unsent.count === 0);
    const { body } = await web.get('/api/sync');
    expect(body).toMatchObject({ link: 'up', parked: 0, safeToPowerOff: true });
    expect(told('state')[0]).toMatchObject({ store_code: STORE, state: 'online' });
    expect(told('health')[0]).toMatchObject({
      catalog_version: 1,
      journal: [{ journal_epoch: 1, journal_seq: 3 }],
      unsent: { count: 3 },
    });
  });

  it('never takes the broker for Head Office: without an acknowledgement nothing is released', async () => {
    office.autoAcknowledge = false;
    await startSync();
    await sell(2);
    await waitFor('both events', () => new Set(seqs()).size === 2);
    await web.get('/api/sync');
    expect((await web.get('/api/sync')).body).toMatchObject({
      unsent: { count: 2 },
      safeToPowerOff: false,
    });
    const first = office.events.find(({ event }) => event.journal_seq === 1);
    // Another hash at this place is not this event.
    office.acknowledge({ epochs: [epochState({ acked: [{ seq: 2, hash: 'f'.repeat(64) }] })] });
    await waitFor('the alarm', () =>
      told('errors').some((error) => (error as { code: string }).code === 'journal-fork'),
    );
    if (first !== undefined) office.acknowledgeEvents([first]);
    await synced('one unsent', ({ unsent }) => unsent.count === 1);
    // A watermark whose hash is ours releases all up to it.
    const second = office.events.find(({ event }) => event.journal_seq === 2);
    office.acknowledge({
      epochs: [epochState({ complete_through: 2, watermark_hash: second?.hash ?? null })],
    });
    await synced('complete', ({ epochs }) => epochs[0]?.completeThrough === 2);
    expect((await web.get('/api/sync')).body).toMatchObject({ safeToPowerOff: true });
  });

  it('believes only what Head Office signed for this store', async () => {
    office.autoAcknowledge = false;
    await startSync();
    await sell(1);
    await waitFor('the event', () => office.events.length > 0);
    const [received] = office.events;
    const forged = {
      incarnation: 1,
      epochs: [epochState({ acked: [{ seq: 1, hash: received?.hash ?? '' }] })],
      acked_ids: [],
      now: '2026-01-01T00:00:00Z',
      number: 1,
      signatures: [{ key: office.trusted[0]?.id, signature: 'AAAA' }],
    };
    office.send(topicOf('ack', STORE), JSON.stringify(forged));
    office.send(topicOf('ack', STORE), 'not JSON');
    office.send(topicOf('ack', STORE), '{"a":"\\ud800"}');
    await waitFor('the report', () =>
      told('errors').some((error) => (error as { code: string }).code === 'message-not-believed'),
    );
    expect((await web.get('/api/sync')).body).toMatchObject({ unsent: { count: 1 } });
    office.acknowledgeEvents(office.events);
    await synced('nothing unsent', ({ unsent }) => unsent.count === 0);
  });

  it('sends everything again that a Head Office begun anew does not cover', async () => {
    await startSync();
    await sell(3);
    await synced('nothing unsent', ({ unsent }) => unsent.count === 0);
    const before = office.events.length;
    office.acknowledge({ incarnation: 2 });
    await waitFor('them again', () => new Set(seqs().slice(before)).size === 3);
    // The word of the one before it counts no more, and its own releases them.
    office.acknowledgeEvents(office.events.slice(before), { incarnation: 2 });
    await synced('nothing unsent', ({ unsent }) => unsent.count === 0);
    const events = new Set(office.events.map(({ hash }) => hash));
    expect(events.size).toBe(3);
  });

  it('says that the line is up though somebody sets the clock back', async () => {
    let shiftMs = 0;
    await web.stop();
    web = await startKiosk(database.address, {
      roles: ['web', 'sync'],
      broker: { ...office.broker, protocolVersion: 4 },
      trusted: office.trusted,
      clock: { ...systemClock, nowMs: () => systemClock.nowMs() + shiftMs },
    });
    await synced('the line up', ({ link }) => link === 'up');
    shiftMs = -3_600_000;
    // The worker's next word, at most its own interval later, is by the new clock.
    const isUp = await synced('the line up an hour earlier', ({ link }) => link === 'up');
    expect(isUp).toBe(true);
  });

  it('keeps selling and catches up when the line was cut', async () => {
    await startSync();
    await sell(1);
    await synced('nothing unsent', ({ unsent }) => unsent.count === 0);
    await office.cutLine();
    await synced('the line down', ({ link }) => link === 'down');
    await sell(5, 2);
    expect((await web.get('/api/sync')).body).toMatchObject({ unsent: { count: 5 } });
    await office.mendLine();
    await synced('nothing unsent', ({ unsent, link }) => unsent.count === 0 && link === 'up');
    expect(new Set(seqs())).toEqual(new Set([1, 2, 3, 4, 5, 6]));
    const sessions = told('state').map((state) => (state as { session: number }).session);
    expect(sessions).toEqual(sessions.toSorted((a, b) => a - b));
    expect(new Set(sessions).size).toBeGreaterThan(1);
  });

  it('runs a command once by its id, and answers its repeat the same', async () => {
    await startSync();
    await sell(2);
    await synced('nothing unsent', ({ unsent }) => unsent.count === 0);
    const before = office.events.length;
    const again = { name: 'resync', journal: [{ journal_epoch: 1, from: 2, to: 2 }] };
    office.command('c1', again);
    await waitFor('the event again', () => seqs().slice(before).includes(2));
    await synced('nothing unsent', ({ unsent }) => unsent.count === 0);
    office.command('c1', again);
    office.command('c2', { name: 'ping' });
    office.command('c3', { name: 'ping' }, -1000);
    office.command('c4', { name: 'rotate', user: 'S03.2', sealed: 'x' });
    await waitFor('five results', () => told('results').length === 5);
    const results = told('results') as { command_id: string; outcome: string; at: string }[];
    expect(results.map(({ command_id, outcome }) => `${command_id} ${outcome}`)).toEqual([
      'c1 done',
      'c1 done',
      'c2 done',
      'c3 expired',
      'c4 not-supported',
    ]);
    expect(results[1]).toEqual(results[0]);
    expect(seqs().slice(before)).toEqual([2]);
  });

  it('runs no command that is unsigned, tampered with, by another key, or for another store, and a copied one once', async () => {
    await startSync();
    await waitFor('the birth', () => told('state').length > 0);
    const [own, other] = [topicOf('command', STORE), topicOf('command', storeCode('S04'))];
    const content = (id: string) => ({
      command_id: id,
      expires_at: utcInstant(systemClock.nowMs() + 60_000),
      command: { name: 'ping' },
    });
    const stranger = signingKeyFromPem(generateSigningKeyPem());
    const copied = signMessage(own, content('copied'), 9, [office.key]);
    const messages = [
      { ...content('unsigned'), number: 1 },
      { ...copied, command_id: 'tampered' },
      signMessage(own, content('strange'), 1, [stranger]),
      signMessage(other, content('elsewhere'), 1, [office.key]),
      copied,
      // Recorded and played again, alone and doubled; its number is what it was.
      copied,
      copied,
    ];
    for (const message of messages) office.send(own, JSON.stringify(message));
    office.command('last', { name: 'ping' });
    const ids = () => told('results').map((result) => (result as CommandResult).command_id);
    await waitFor('the last', () => ids().includes('last'));
    expect(ids()).toEqual(['copied', 'copied', 'copied', 'last']);
    const copies = told('results').slice(0, 3) as readonly CommandResult[];
    expect(new Set(copies.map(({ at }) => at)).size).toBe(1);
    await waitFor('the reports', () =>
      told('errors').some((error) => (error as { code: string }).code === 'message-not-believed'),
    );
  });

  it('begins an epoch above any Head Office knows when an old disk was put back, and not one for every word', async () => {
    await startSync();
    await sell(1);
    await synced('nothing unsent', ({ unsent }) => unsent.count === 0);
    office.autoAcknowledge = false;
    // A clock far ahead once began it, or another machine of this identity is selling.
    const known = 4_000_000_000;
    const ahead = (epoch: number) =>
      office.acknowledge({
        epochs: [epochState({ journal_epoch: epoch, acked: [{ seq: 1, hash: 'e'.repeat(64) }] })],
      });
    ahead(known);
    const running = () =>
      Math.max(
        0,
        ...told('health').flatMap((beat) =>
          (beat as Heartbeat).journal.map(({ journal_epoch }) => journal_epoch),
        ),
      );
    await waitFor('the new epoch', () => running() === known + 1);
    for (let other = 2; other < 6; other++) ahead(known + other);
    office.command('after', { name: 'ping' });
    await waitFor('the last word', () =>
      told('results').some((result) => (result as CommandResult).command_id === 'after'),
    );
    await web.stop();
    web = await startKiosk(database.address);
    expect((await web.post('/api/clock/confirm', {}, asManager)).status).toBe(200);
    await sell(1, 2);
    const db = await openKioskDatabase(database.address, {
      store: STORE,
      clock: systemClock,
      ids: systemIds,
    });
    expect(
      (await createJournalStore(db).heads())
        .map(({ journal_epoch }) => journal_epoch)
        .sort((a, b) => a - b),
    ).toEqual([1, known + 1]);
    await db.destroy();
  });

  it('takes what Head Office parked out of the outbox, and shows it', async () => {
    office.autoAcknowledge = false;
    await startSync();
    await sell(1);
    await waitFor('the event', () => office.events.length > 0);
    const parked = office.events.map(({ event, hash }) => ({ seq: event.journal_seq, hash }));
    office.acknowledge({ epochs: [epochState({ parked })] });
    await synced('one parked', ({ parked: count }) => count === 1);
    expect((await web.get('/api/sync')).body).toMatchObject({ unsent: { count: 0 } });
  });

  it('says goodbye when it is stopped', async () => {
    await startSync();
    await waitFor('the birth', () => told('state').length > 0);
    await web.stop();
    expect(told('state').at(-1)).toMatchObject({ state: 'offline' });
    web = await startKiosk(database.address);
    expect((await web.get('/api/sync')).body).toMatchObject({ link: 'down' });
  });
});
