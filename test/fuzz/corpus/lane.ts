/** Messages that once stopped the lane, made of a journal's good events. */
export const LANE_CORPUS: readonly ((texts: readonly string[]) => string)[] = [
  // The texts of the first batch went with the values of the second; reading the order back then failed for ever.
  ([good = '']) => `{"batch":[{"evil":1}],"batch":[${good}]}`,
  ([good = '', next = '']) => `{"batch":[[1],{"x":[2]}],"batch":[${good},${next}]}`,
];
