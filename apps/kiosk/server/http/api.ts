import type { Api } from '@tillwire/runtime';
import type { Caller, Role } from '../access.ts';

/** The kiosk's routes; every route file adds its own. */
export type KioskApi = Api<Role, Caller>;
