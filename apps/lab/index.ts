export { type ChaosOptions, type ChaosReport, runChaos } from './chaos/chaos.ts';
export { chaosLines } from './chaos/report.ts';
