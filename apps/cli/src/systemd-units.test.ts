import { describe, expect, it } from 'vitest';
import { brokerDropIn, type UnitPlan, unitFiles } from './systemd-units.ts';

const plan: UnitPlan = {
  what: 'kiosk',
  roles: ['web', 'sync', 'scheduler'],
  user: 'tillwire',
  folder: '/var/lib/tillwire',
  executable: '/usr/bin/tillwire',
  systemd: 252,
};
const sync = (systemd: number): string =>
  unitFiles({ ...plan, systemd })['tillwire-kiosk-sync.service'] ?? '';

describe('The units of an installation', () => {
  it('start one after the other, and with the machine', () => {
    expect(sync(252)).toContain('After=tillwire-kiosk-web.service\n');
    expect(unitFiles(plan)['tillwire-kiosk.target']).toContain('WantedBy=multi-user.target\n');
  });

  it('are tried ever more slowly where systemd knows how, and never given up', () => {
    expect(sync(254)).toContain('RestartSec=2\nRestartSteps=8\nRestartMaxDelaySec=60\n');
    // One that does not know the words warns of them at each start.
    expect(sync(252)).not.toContain('RestartSteps');
    for (const systemd of [252, 254]) expect(sync(systemd)).toContain('StartLimitIntervalSec=0\n');
  });
});

it("The distribution's Mosquitto becomes the broker, with room for a chain", () => {
  const text = brokerDropIn('/var/lib/tillwire-broker', 252);
  // The first takes away what the distribution starts.
  expect(text).toContain(
    'ExecStart=\nExecStart=/usr/sbin/mosquitto -c /var/lib/tillwire-broker/mosquitto/mosquitto.conf\n',
  );
  expect(text).toContain('LimitNOFILE=65536\n');
});
