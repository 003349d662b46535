/** Somebody's role at Head Office. */
export const ROLES = ['viewer', 'ops', 'catalogue-editor', 'approver', 'admin'] as const;
export type Role = (typeof ROLES)[number];

const OPERATORS = ['ops', 'catalogue-editor', 'approver', 'admin'] as const;

/** What can be allowed, and to whom. Every route names one of these; nothing else decides. */
const ALLOWED = {
  /** Nobody need be signed in. */
  public: [],
  /** Overview, orders, days, reports, catalogue, alerts: everything there is to read about the shops. */
  view: ROLES,
  /** Commands to shops, quarantine, acknowledging and silencing alerts, halting a roll-out. */
  operate: OPERATORS,
  'edit-catalogue': ['catalogue-editor', 'admin'],
  /** Approving what somebody else drafted. */
  'approve-catalogue': ['approver', 'admin'],
  /** Scheduling, starting, widening and rolling back what was approved. */
  'roll-out': ['catalogue-editor', 'approver', 'admin'],
  'read-audit': ['approver', 'admin'],
  /** Provisioning, rotating and revoking shops; alert rules. */
  'manage-fleet': ['admin'],
  'manage-people': ['admin'],
} as const satisfies Readonly<Record<string, readonly Role[]>>;

export type Permission = keyof typeof ALLOWED;

const PERMISSIONS = Object.keys(ALLOWED) as readonly Permission[];

export const allows = (role: Role, permission: Permission): boolean =>
  permission === 'public' || (ALLOWED[permission] as readonly Role[]).includes(role);

/** What `role` may do, in words for the screens. */
export const permissionsOf = (role: Role): readonly Permission[] =>
  PERMISSIONS.filter((permission) => permission !== 'public' && allows(role, permission));
