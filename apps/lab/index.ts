export { type ChaosOptions, type ChaosReport, runChaos } from './chaos/chaos.ts';
export { chaosLines } from './chaos/report.ts';
export { PLANTS } from './store/plants.ts';
export { type BenchReport, runBench } from './bench/bench.ts';
export { factLines, table } from './bench/rows.ts';
export { type RivalReport, runRival } from './rival/rival.ts';
export { runSimulation, type SimulationReport, type Standing } from './simulate/simulate.ts';
export { simulationJson, simulationLines, standingLine } from './simulate/summary.ts';
export { simulationPage } from './simulate/report/page.ts';
