import type { World } from './world.ts';

export interface Network {
  calm: boolean;
  /** Nothing that is under way arrives. */
  wipe: () => void;
  readonly carry: (deliver: () => void) => void;
}

/** Loses, doubles, delays and so reorders, each by a chance of its own. */
export function createNetwork(world: World): Network {
  const [loss, doubling] = [world.roll(30), world.roll(30)];
  const slowest = 20 + world.roll(world.chance(20) ? 3000 : 200);
  let generation = 0;
  const network: Network = {
    calm: false,
    wipe: () => {
      generation++;
    },
    carry: (deliver) => {
      if (!network.calm && world.chance(loss)) return;
      const own = generation;
      const copies = !network.calm && world.chance(doubling) ? 2 : 1;
      for (let copy = 0; copy < copies; copy++) {
        world.after(1 + world.roll(slowest), () => {
          if (own === generation) deliver();
        });
      }
    },
  };
  return network;
}
