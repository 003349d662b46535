import type { SimulationReport } from '../simulate.ts';
export const simulationPage = (report: SimulationReport): string => JSON.stringify(report);
