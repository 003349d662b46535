import type { Zone } from '@tillwire/domain';
import type { Generated } from 'kysely';

/** The kiosk's tables as Kysely sees them; the migrations say what each is for. */
export interface KioskTables {
  readonly meta: { readonly name: string; readonly value: string };
  readonly journal_head: {
    readonly id: number;
    readonly epoch: number;
    readonly seq: number;
    readonly hash: string;
    readonly last_row: number;
  };
  readonly trading_days: {
    readonly business_date: string;
    readonly last_sequence: number;
    readonly closed_at_ms: number | null;
  };
  readonly journal: {
    readonly row: number;
    readonly epoch: number;
    readonly seq: number;
    readonly kind: 'order' | 'day';
    readonly subject: string;
    readonly hash: string;
    readonly prev_hash: string;
    readonly payload: string;
    readonly created_at_ms: number;
    readonly acked_at_ms: number | null;
    readonly parked_at_ms: number | null;
  };
  readonly orders: {
    readonly order_id: string;
    readonly business_date: string;
    readonly sequence: number;
    readonly row: number;
    readonly revision: number;
    readonly status: 'completed' | 'voided';
    readonly kind: string;
    readonly kitchen: KitchenStatus;
    readonly request_id: string;
  };
  readonly kitchen_bumps: {
    readonly order_id: string;
    readonly zone: Zone;
    readonly bumped_at_ms: number;
  };
  readonly day_issues: {
    readonly business_date: string;
    readonly epoch: number;
    readonly revision: number;
    readonly row: number;
    readonly exported_at_ms: number | null;
  };
  readonly shifts: {
    readonly shift_id: string;
    readonly request_id: string;
    readonly business_date: string;
    readonly after_sequence: number;
    readonly through_sequence: number | null;
    readonly float_pence: number;
    readonly opened_by: string;
    readonly opened_at_ms: number;
  };
  readonly cash_ups: {
    readonly shift_id: string;
    readonly request_id: string;
    readonly counts: string;
    readonly cash_pence: number;
    readonly expected_pence: number;
    readonly cheque_pence: number | null;
    readonly card_pence: number | null;
    readonly crew_id: string;
    readonly note: string;
    readonly counted_at_ms: number;
  };
  readonly catalogue_fulls: {
    readonly version: number;
    readonly checksum: string;
    readonly content: string;
    readonly content_checksum: string;
  };
  readonly catalogue_delta: {
    readonly id: number;
    readonly version: number;
    readonly checksum: string;
    readonly document: string;
    readonly next_from_ms: number | null;
  };
  readonly catalogue_staged: {
    readonly version: number;
    readonly part: 'now' | 'next';
    readonly base_version: number;
    readonly checksum: string;
    readonly content: string;
  };
  readonly catalogue_in_force: {
    readonly id: number;
    readonly version: number;
    readonly part: 'now' | 'next';
    readonly switched_at_ms: number;
  };
  readonly config_in_force: {
    readonly id: number;
    readonly version: number;
    readonly checksum: string;
    readonly config: string;
  };
  readonly crew: {
    readonly crew_id: string;
    readonly name: string;
    readonly role: Generated<CrewRole>;
    readonly pin_hash: string | null;
    readonly active: Generated<number>;
  };
  readonly sessions: {
    readonly token_hash: string;
    readonly crew_id: string;
    readonly training: number;
    readonly started_at_ms: number;
    readonly seen_at_ms: number;
  };
  readonly pin_attempts: {
    readonly subject: string;
    readonly failures: number;
    readonly last_at_ms: number;
    readonly locked_until_ms: number;
  };
  readonly print_jobs: {
    readonly job_id: string;
    readonly printer: string;
    readonly order_id: string;
    readonly revision: number;
    readonly practice: string | null;
    readonly created_at_ms: number;
    readonly printed_at_ms: number | null;
    readonly due_at_ms: number;
  };
  readonly printers: {
    readonly printer: string;
    readonly journal_row: number;
    readonly trouble: string | null;
    readonly trouble_since_ms: number | null;
  };
  readonly error_events: {
    readonly error_id: string;
    readonly code: string;
    readonly payload: string;
    readonly created_at_ms: number;
    readonly acked_at_ms: number | null;
  };
  readonly commands: {
    readonly command_id: string;
    readonly result: string;
    readonly created_at_ms: number;
  };
}

/** What somebody may do; each may do what those before may. */
export const CREW_ROLES = ['crew', 'shift-manager', 'manager'] as const;
export type CrewRole = (typeof CREW_ROLES)[number];

/** Where an order is between the till and its customer; `none` for what the kitchen has no part in. */
export type KitchenStatus = 'none' | 'preparing' | 'packed' | 'dispatched';
