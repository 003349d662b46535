/** What the units of an installation are made of. */
export interface UnitPlan {
  readonly what: 'kiosk' | 'head-office';
  /** In the order they start. */
  readonly roles: readonly string[];
  readonly user: string;
  /** All they may write to. */
  readonly folder: string;
  readonly executable: string;
  /** The version of systemd they are for. */
  readonly systemd: number;
}

/** Exit code of a wrong configuration: starting again would change nothing. */
const WRONG_CONFIGURATION = 78;

/** The first systemd that waits longer each time. */
const WAITS_LONGER_SINCE = 254;

/** What does not start is tried again after 2 s at first, and in the end once a minute. */
const restarts = (systemd: number): readonly string[] => [
  'Restart=always',
  'RestartSec=2',
  ...(systemd < WAITS_LONGER_SINCE ? [] : ['RestartSteps=8', 'RestartMaxDelaySec=60']),
];

/**
 * Nothing but this folder can be written, no privilege be had, no other process be seen. Memory that is written and
 * run stays allowed: V8 compiles.
 */
const hardening = (folder: string): readonly string[] => [
  'NoNewPrivileges=yes',
  'CapabilityBoundingSet=',
  'AmbientCapabilities=',
  'ProtectSystem=strict',
  `ReadWritePaths=${folder}`,
  'ProtectHome=yes',
  'PrivateTmp=yes',
  'PrivateDevices=yes',
  'DevicePolicy=closed',
  'PrivateUsers=yes',
  'ProtectProc=invisible',
  'ProcSubset=pid',
  'ProtectClock=yes',
  'ProtectControlGroups=yes',
  'ProtectHostname=yes',
  'ProtectKernelLogs=yes',
  'ProtectKernelModules=yes',
  'ProtectKernelTunables=yes',
  'RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX',
  'RestrictNamespaces=yes',
  'RestrictRealtime=yes',
  'RestrictSUIDSGID=yes',
  'LockPersonality=yes',
  'RemoveIPC=yes',
  'SystemCallArchitectures=native',
  'SystemCallFilter=@system-service',
  'SystemCallFilter=~@privileged @resources',
  'SystemCallErrorNumber=EPERM',
  'UMask=0077',
];

/** By its name, one unit for each role and a target for all. */
export function unitFiles(plan: UnitPlan): Readonly<Record<string, string>> {
  const { what, roles } = plan;
  const target = `tillwire-${what}.target`;
  const services = roles.map((role, at) => {
    const before = at === 0 ? [] : [`After=tillwire-${what}-${roles[at - 1]}.service`];
    return [`tillwire-${what}-${role}.service`, serviceUnit(plan, role, before)] as const;
  });
  const wants = roles.map((role) => `tillwire-${what}-${role}.service`).join(' ');
  return {
    ...Object.fromEntries(services),
    [target]: [
      '[Unit]',
      `Description=Tillwire ${what}`,
      `Wants=${wants}`,
      '',
      '[Install]',
      'WantedBy=multi-user.target',
      '',
    ].join('\n'),
  };
}

const serviceUnit = (
  { what, user, folder, executable, systemd }: UnitPlan,
  role: string,
  before: readonly string[],
): string =>
  [
    '[Unit]',
    `Description=Tillwire ${what}: ${role}`,
    `PartOf=tillwire-${what}.target`,
    'Wants=network-online.target',
    'After=network-online.target time-sync.target postgresql.service mosquitto.service',
    ...before,
    `ConditionPathExists=${folder}/${what}.env`,
    // It is never given up: a shop has nobody to start it again.
    'StartLimitIntervalSec=0',
    '',
    '[Service]',
    'Type=notify',
    // Its own small helper tells systemd for it.
    'NotifyAccess=all',
    'WatchdogSec=60',
    `ExecStart=${executable} ${what} ${role}`,
    // Compiled once, where it may be written.
    `Environment=NODE_COMPILE_CACHE=${folder}/cache`,
    `EnvironmentFile=${folder}/${what}.env`,
    `WorkingDirectory=${folder}`,
    `User=${user}`,
    ...restarts(systemd),
    `RestartPreventExitStatus=${WRONG_CONFIGURATION}`,
    'TimeoutStartSec=120',
    // What is under way is finished within 10 seconds a service.
    'TimeoutStopSec=45',
    'SyslogIdentifier=%N',
    ...hardening(folder),
    '',
    '[Install]',
    `WantedBy=tillwire-${what}.target`,
    '',
  ].join('\n');

/** Makes the distribution's own Mosquitto the broker that `broker init` made in `folder`. */
export const brokerDropIn = (folder: string, systemd: number): string =>
  [
    '[Unit]',
    'StartLimitIntervalSec=0',
    '',
    '[Service]',
    'ExecStart=',
    `ExecStart=/usr/sbin/mosquitto -c ${folder}/mosquitto/mosquitto.conf`,
    // A connection is a file, and a chain has more shops than the usual 1,024.
    'LimitNOFILE=65536',
    ...restarts(systemd),
    '',
  ].join('\n');
