import process from 'node:process';

/** What programs the lab starts get of its own environment: where programs are, and a cache of parsed sources. */
export const programEnv = (cache: string): Readonly<Record<string, string>> => ({
  PATH: `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`,
  NODE_COMPILE_CACHE: cache,
});

/** Folders programs are looked for in, Debian's for servers included. */
export const programFolders = (): readonly string[] =>
  `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`
    .split(':')
    .filter((folder) => folder !== '');
