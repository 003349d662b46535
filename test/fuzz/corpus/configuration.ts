/** Environments that once were answered by something else than a list of what is wrong, or told a secret. */
export const CONFIGURATION_CORPUS: readonly Readonly<Record<string, string>>[] = [
  // The key itself where its path belongs: the refusal repeated it.
  { MQTT_KEY: 'hush-9f1c7b3e5a' },
];
