/** A credential as `GET /api/fleet/access` tells it. */
export interface Credential {
  readonly generation: number;
  readonly user: string;
  readonly origin: 'join' | 'rotation';
  readonly state: 'in-use' | 'offered' | 'dropped';
  readonly requestedBy: string;
  readonly createdAtMs: number;
  readonly droppedAtBroker: boolean;
  /** Null: it is a password. */
  readonly certificateUntilMs: number | null;
  /** When the policy rotates it; null: it does not let anybody in for good. */
  readonly dueAtMs: number | null;
}

export interface Access {
  /** As shops reach the broker; null: nobody is provisioned from here. */
  readonly brokerUrl: string | null;
  readonly rotateAfterDays: number;
  readonly credentials: readonly (Credential & { readonly store: string })[];
  readonly signing: {
    readonly keys: readonly { readonly id: string; readonly sinceMs: number | null }[];
    readonly awaited: readonly string[];
  };
  readonly certificates: readonly {
    readonly whose: 'broker' | 'authority' | 'own';
    readonly subject: string;
    readonly endsAtMs: number;
  }[];
}

/** `POST /api/fleet/stores/:store/provision`: told once. */
export interface Joining {
  readonly store: string;
  readonly fileName: string;
  readonly file: string;
  readonly code: string;
  readonly expiresAtMs: number;
  readonly hadJournal: boolean;
}

export interface ErrorEvent {
  readonly store: string;
  readonly errorId: string;
  readonly receivedAt: string;
  readonly code: string;
  readonly message: string;
  readonly count: number;
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;
}
