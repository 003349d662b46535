import process from 'node:process';
import { parseArgs } from 'node:util';
import { PLANTS, simulate } from './simulate.ts';

// npm run simulate:sync -- --seeds 100000 --from 1 [--plant release-on-puback]

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10000' },
    from: { type: 'string', default: '1' },
    plant: { type: 'string' },
  },
});
const [seeds, from] = [Number(values.seeds), Number(values.from)];
const plant = PLANTS.find((name) => name === values.plant);
if (!Number.isInteger(seeds) || seeds < 1 || !Number.isInteger(from)) {
  throw new Error(`--seeds and --from are whole numbers, not ${values.seeds} and ${values.from}`);
}
if (values.plant !== undefined && plant === undefined) {
  throw new Error(`--plant is one of ${PLANTS.join(', ')}, not ${values.plant}`);
}

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const beganMs = performance.now();
const total = { sold: 0, faults: 0, done: 0 };
let failed = false;
for (let seed = from; seed < from + seeds && !failed; seed++) {
  const { violation, sold, faults } = simulate({ seed, plant });
  total.sold += sold;
  total.faults += faults;
  total.done++;
  if (violation === null) continue;
  failed = true;
  const { trace } = simulate({ seed, plant, traced: true });
  say([...trace, `seed ${seed}: ${violation}`].join('\n'));
}
const minutes = (performance.now() - beganMs) / 60_000;
say(
  `${total.done} seeds, ${Math.round(total.done / minutes)} a minute; ${total.sold} orders, ` +
    `${total.faults} faults${failed ? '' : ', none lost, none doubled'}`,
);
process.exitCode = failed ? 1 : 0;
