import { parentPort, workerData } from 'node:worker_threads';
import { DamagedFileError, inspectDatabase } from '../store/backup-file.ts';

const answer = (): unknown => {
  try {
    return inspectDatabase(String(workerData));
  } catch (error) {
    if (error instanceof DamagedFileError) return { problems: error.problems };
    throw error;
  }
};
parentPort?.postMessage(answer());
