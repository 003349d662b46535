import * as fc from 'fast-check';

// For mutation testing, where each property runs once a mutant: few cases, always the same.
fc.configureGlobal({ numRuns: 10, seed: 20_250_716, endOnFailure: true });
