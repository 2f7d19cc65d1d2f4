// Bundlers: the package in the bundle, its binary beside it in node_modules; and the package left outside.

import path from 'node:path'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import test from 'ava'
import { build } from 'esbuild'
import { rollup } from 'rollup'
import webpack from 'webpack'
import { emptyProject } from './project.ts'

interface Bundling {
  input: string
  output: string
  format: 'esm' | 'cjs'
  external: string[]
}

const bundlers: Record<string, (options: Bundling) => Promise<unknown>> = {
  esbuild: ({ input, output, format, external }) =>
    build({
      entryPoints: [input],
      outfile: output,
      bundle: true,
      platform: 'node',
      format,
      external,
      logOverride: { 'empty-import-meta': 'silent' },
    }),
  async rollup({ input, output, format, external }) {
    const bundle = await rollup({ input, external, plugins: [nodeResolve()] })
    await bundle.write({ file: output, format })
    await bundle.close()
  },
  webpack: ({ input, output, format, external }) =>
    new Promise((resolve, reject) => {
      const options: webpack.Configuration = {
        entry: input,
        mode: 'production',
        target: 'node20',
        externals: Object.fromEntries(external.map((name) => [name, name])),
        externalsType: format === 'esm' ? 'module' : 'commonjs',
        experiments: { outputModule: format === 'esm' },
        output: {
          path: path.dirname(output),
          filename: path.basename(output),
          module: format === 'esm',
        },
      }
      webpack(options, (error, stats) => {
        if (error) reject(error)
        else if (stats?.hasErrors()) reject(new Error(stats.toString()))
        else resolve(stats)
      })
    }),
}

const PROGRAM = `import { socketpair } from 'socketpair'
const [here, there] = socketpair()
here.write('bundled').then(() => there.readChunk()).then((chunk) => console.log(String(chunk)))
`

for (const [name, bundle] of Object.entries(bundlers)) {
  for (const format of ['esm', 'cjs'] as const) {
    test(`what ${name} makes of it in the format ${format} works`, async (t) => {
      const project = emptyProject(t)
      await project.npm('install', 'socketpair')
      const input = path.join(project.folder, 'program.mjs')
      project.write('program.mjs', PROGRAM)
      for (const external of [[], ['socketpair']]) {
        const file = `out/${external.length}.${format === 'esm' ? 'mjs' : 'cjs'}`
        await bundle({ input, output: path.join(project.folder, file), format, external })
        t.is(await project.node(file), 'bundled\n', file)
      }
    })
  }
}
