import process from 'node:process';
import { parseArgs } from 'node:util';
import { CATALOGUE_PLANTS, simulateCatalogue } from './simulate-catalogue.ts';
import { PLANTS, simulate } from './simulate.ts';

// npm run simulate:sync -- --seeds 100000 --from 1 [--plant release-on-puback]
// Each seed is a run of the chain upward and one of the chain downward; with a plant, of the one it is planted in.

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10000' },
    from: { type: 'string', default: '1' },
    plant: { type: 'string' },
  },
});
const [seeds, from] = [Number(values.seeds), Number(values.from)];
const plant = PLANTS.find((name) => name === values.plant);
const cataloguePlant = CATALOGUE_PLANTS.find((name) => name === values.plant);
if (!Number.isInteger(seeds) || seeds < 1 || !Number.isInteger(from)) {
  throw new Error(`--seeds and --from are whole numbers, not ${values.seeds} and ${values.from}`);
}
if (values.plant !== undefined && plant === undefined && cataloguePlant === undefined) {
  const known = [...PLANTS, ...CATALOGUE_PLANTS].join(', ');
  throw new Error(`--plant is one of ${known}, not ${values.plant}`);
}

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const total = { sold: 0, switches: 0, faults: 0, done: 0 };

/** Runs one seed; what happened where something was broken, null where nothing was. */
function runSeed(seed: number): readonly string[] | null {
  if (cataloguePlant === undefined) {
    const { violation, sold, faults } = simulate({ seed, plant });
    total.sold += sold;
    total.faults += faults;
    if (violation !== null) return [...simulate({ seed, plant, traced: true }).trace, violation];
  }
  if (plant === undefined) {
    const run = { seed, plant: cataloguePlant };
    const { violation, switches, faults } = simulateCatalogue(run);
    total.switches += switches;
    total.faults += faults;
    if (violation !== null)
      return [...simulateCatalogue({ ...run, traced: true }).trace, violation];
  }
  return null;
}

const SAY_EVERY = 10_000;
const beganMs = performance.now();
let failed = false;
const summary = (): string =>
  `${total.done} seeds from ${from}, ${Math.round((total.done * 60_000) / (performance.now() - beganMs))} a minute; ` +
  `${total.sold} orders, ${total.switches} switches, ${total.faults} faults` +
  (failed ? '' : ': nothing lost, doubled or sold that was not issued');
for (let seed = from; seed < from + seeds && !failed; seed++) {
  const trace = runSeed(seed);
  total.done++;
  if (trace !== null) {
    failed = true;
    say([...trace, `by seed ${seed}`].join('\n'));
  } else if (total.done % SAY_EVERY === 0 && total.done < seeds) say(summary());
}
say(summary());
process.exitCode = failed ? 1 : 0;
