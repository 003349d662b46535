import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const WORTH_IT = /\.(js|css|html|svg)$/;

/** For Vite: lays a gzip and a Brotli copy beside everything built, so that a server never compresses as it serves. */
export function precompressed() {
  let folder = '';
  return {
    name: 'precompressed',
    apply: 'build' as const,
    configResolved: (config: {
      readonly root: string;
      readonly build: { readonly outDir: string };
    }): void => {
      folder = resolve(config.root, config.build.outDir);
    },
    closeBundle: (): void => {
      for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
        const path = join(folder, name);
        if (!WORTH_IT.test(name) || !statSync(path).isFile()) continue;
        const bytes = readFileSync(path);
        writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
        writeFileSync(`${path}.br`, brotliCompressSync(bytes));
      }
    },
  };
}
