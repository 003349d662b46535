/** Line icons on a 20 × 20 grid; decoration beside a word. */
const PATHS: Readonly<Record<string, string>> = {
  overview: 'M3 3h6v6H3zM11 3h6v6h-6zM3 11h6v6H3zM11 11h6v6h-6z',
  orders: 'M5 2h10v16l-2.5-1.8L10 18l-2.5-1.8L5 18zM8 7h4M8 11h4',
  reports: 'M3 17h14M5 14V9M10 14V4M15 14v-7',
  days: 'M3 5h14v12H3zM3 9h14M7 2v4M13 2v4',
  catalogue: 'M4 3h9l3 3v11H4zM7 9h6M7 13h6',
  fleet: 'M3 6h14v8H3zM7 17h6M10 14v3',
  alerts: 'M5 14V9a5 5 0 0 1 10 0v5l1.5 1.5h-13zM8.5 17.5h3',
  quarantine: 'M10 2l7 3v5c0 4-3 7-7 8-4-1-7-4-7-8V5zM7.5 7.5l5 5M12.5 7.5l-5 5',
  people: 'M10 10a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3 18c0-4 3-6 7-6s7 2 7 6',
  audit: 'M4 3h12v14H4zM7 7h6M7 10h6M7 13h3',
};

export const Icon = ({ name }: { readonly name: string }) => (
  <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
    <path
      d={PATHS[name] ?? ''}
      fill="none"
      stroke="currentColor"
      stroke-width="1.6"
      stroke-linejoin="round"
      stroke-linecap="round"
    />
  </svg>
);
