export { type ChaosOptions, type ChaosReport, runChaos } from './chaos/chaos.ts';
export { chaosLines } from './chaos/report.ts';
export { PLANTS } from './store/plants.ts';
export { type BenchReport, runBench } from './bench/bench.ts';
export { factLines, table } from './bench/rows.ts';
export { type RivalReport, runRival } from './rival/rival.ts';
