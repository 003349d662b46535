import type { ComponentType } from 'preact';

export interface Screen {
  readonly title: string;
  /** What one must be allowed to see it. */
  readonly permission: string;
  /** Whether the menu leads to it. */
  readonly listed: boolean;
  readonly load: () => Promise<ComponentType>;
}

/** Every screen by its fragment, fetched when first shown. A new one is a folder and a row here. */
export const SCREENS: Readonly<Record<string, Screen>> = {
  overview: {
    title: 'Overview',
    permission: 'view',
    listed: true,
    load: async () => (await import('../overview/screen.tsx')).OverviewScreen,
  },
  shops: {
    title: 'Shop',
    permission: 'view',
    listed: false,
    load: async () => (await import('../shop/screen.tsx')).ShopScreen,
  },
  alerts: {
    title: 'Alerts',
    permission: 'view',
    listed: true,
    load: async () => (await import('../alerts/screen.tsx')).AlertsScreen,
  },
  orders: {
    title: 'Orders',
    permission: 'view',
    listed: true,
    load: async () => (await import('../orders/screen.tsx')).OrdersScreen,
  },
  reports: {
    title: 'Reports',
    permission: 'view',
    listed: true,
    load: async () => (await import('../reports/screen.tsx')).ReportsScreen,
  },
  days: {
    title: 'Days',
    permission: 'view',
    listed: true,
    load: async () => (await import('../days/screen.tsx')).DaysScreen,
  },
  catalogue: {
    title: 'Catalogue',
    permission: 'view',
    listed: true,
    load: async () => (await import('../catalogue/screen.tsx')).CatalogueScreen,
  },
  fleet: {
    title: 'Fleet',
    permission: 'view',
    listed: true,
    load: async () => (await import('../fleet/screen.tsx')).FleetScreen,
  },
  quarantine: {
    title: 'Quarantine',
    permission: 'view',
    listed: true,
    load: async () => (await import('../quarantine/screen.tsx')).QuarantineScreen,
  },
  password: {
    title: 'Your password',
    permission: 'view',
    listed: false,
    load: async () => (await import('../password/screen.tsx')).PasswordScreen,
  },
  people: {
    title: 'People',
    permission: 'manage-people',
    listed: true,
    load: async () => (await import('../people/screen.tsx')).PeopleScreen,
  },
  audit: {
    title: 'Audit log',
    permission: 'read-audit',
    listed: true,
    load: async () => (await import('../audit/screen.tsx')).AuditScreen,
  },
};
