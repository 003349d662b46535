/** Archives that once were neither a catalogue nor a fault, base64. */
export const LEGACY_CORPUS: readonly string[] = [];
