// For suites beside the source of apps, which know no other app.
export { freePort } from '../../apps/lab/world/line.ts';
