import { describe, expect, it } from 'vitest';
import { covers, kioskRights, mayPublish, mayReceive, rightsOfUser } from './rights.ts';

describe('the rights of a broker’s accounts', () => {
  it('compare filters as MQTT does', () => {
    expect(covers('stores/S01/#', 'stores/S01/telemetry/health')).toBe(true);
    expect(covers('stores/S01/#', 'stores/S01')).toBe(true);
    expect(covers('stores/+/orders', 'stores/+/orders')).toBe(true);
    expect(covers('stores/+/orders', 'stores/S01/orders')).toBe(true);
    expect(covers('stores/+/orders', 'stores/#')).toBe(false);
    expect(covers('stores/S01/orders', 'stores/+/orders')).toBe(false);
    expect(covers('stores/+/orders', 'stores/S01/orders/more')).toBe(false);
    expect(covers('stores/+/orders', 'stores/S01')).toBe(false);
    expect(covers('#', '$SYS/broker/version')).toBe(false);
    expect(covers('$SYS/#', '$SYS/broker/version')).toBe(true);
  });

  it('let a shop speak for itself alone', () => {
    const rights = kioskRights('S03');
    expect(mayPublish(rights, 'stores/S03/orders')).toBe(true);
    expect(mayPublish(rights, 'stores/S04/orders')).toBe(false);
    expect(mayPublish(rights, 'ho/ack/S03')).toBe(false);
    expect(mayReceive(rights, 'ho/ack/S03')).toBe(true);
    expect(mayReceive(rights, 'ho/ack/S04')).toBe(false);
    expect(mayReceive(rights, 'ho/ack/+')).toBe(false);
    expect(mayReceive(rights, '#')).toBe(false);
    expect(mayReceive(rights, 'stores/S03/orders')).toBe(false);
  });

  it('look at a share’s topic, not at its name', () => {
    const rights = rightsOfUser('ingest');
    expect(mayReceive(rights, '$share/ingest/stores/+/orders')).toBe(true);
    expect(mayReceive(rights, '$share/ingest/ho/ack/+')).toBe(false);
  });

  it('exist for no unknown name', () => {
    expect(() => rightsOfUser('S1')).toThrow('no rights are known for S1');
  });
});
