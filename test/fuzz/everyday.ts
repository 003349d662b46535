import * as fc from 'fast-check';
import { fuzzEffort } from './runs.ts';

// What a law of the quick suite tries everyday: each run draws other cases, so that the days add up.
fc.configureGlobal(fuzzEffort(40));
