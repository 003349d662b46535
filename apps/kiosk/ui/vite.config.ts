import preact from '@preact/preset-vite';
import { precompressed } from '@tillwire/design/precompressed';
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [preact(), precompressed()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // The till's own styles come first; each other screen brings its own with it.
    cssCodeSplit: true,
    // Every browser a till runs in knows `modulepreload`.
    modulePreload: { polyfill: false },
  },
});
