// What dist/ holds: the library, one file, since the module loader takes most of a millisecond for each
// and import time counts; and the command line over it, where a subcommand is loaded when it is called.

import { defineConfig } from 'rolldown'

export default defineConfig([
  {
    input: 'lib/index.ts',
    platform: 'node',
    output: { file: 'dist/index.js', format: 'esm' },
  },
  {
    input: { cli: 'lib/cli/main.ts' },
    external: ['socketpair'],
    platform: 'node',
    output: { dir: 'dist', format: 'esm', chunkFileNames: 'cli/[name].js' },
  },
])
