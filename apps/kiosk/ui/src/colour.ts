import type { Colour } from '@tillwire/domain';

/** Relative luminance as WCAG 2.2 defines it, 0 to 1. */
export function luminance({ red, green, blue }: Colour): number {
  const [r, g, b] = [red, green, blue].map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Black and white have the same contrast on a colour of this luminance: √(1.05 × 0.05) − 0.05. */
const EVEN = 0.179;

/** What is read best on `colour`: on every colour one of the two has a contrast of at least 4.5. */
export const inkOn = (colour: Colour): 'black' | 'white' =>
  luminance(colour) > EVEN ? 'black' : 'white';

export const css = ({ red, green, blue }: Colour): string => `rgb(${red} ${green} ${blue})`;
