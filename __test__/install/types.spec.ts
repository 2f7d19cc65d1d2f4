// The types, as compilers of users see them: two versions of TypeScript, strict, every way to resolve modules.

import { symlinkSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { emptyProject, programOf } from './project.ts'

const require = createRequire(import.meta.url)
const root = fileURLToPath(new URL('../..', import.meta.url))

const compilers = {
  '5': programOf('typescript', 'tsc'),
  '7': path.join(root, 'node_modules/typescript/bin/tsc'),
}

const USING = `import { Channel, socketpair, type StreamSocket } from 'socketpair'
const [here, there]: [StreamSocket, StreamSocket] = socketpair()
export const read: Promise<number> = here.read(new Uint8Array(1))
export const channel: Channel<Uint8Array, Uint8Array> = new Channel(there)
// @ts-expect-error there is no such type
socketpair('raw')
`

const modules = [
  { module: 'node16', moduleResolution: 'node16', file: 'using.mts' },
  { module: 'nodenext', moduleResolution: 'nodenext', file: 'using.mts' },
  // What require() of a module gives is known to nodenext only.
  { module: 'nodenext', moduleResolution: 'nodenext', file: 'using.cts' },
  { module: 'esnext', moduleResolution: 'bundler', file: 'using.ts' },
]

for (const [major, compiler] of Object.entries(compilers)) {
  test(`TypeScript ${major} takes the types with every way to resolve modules`, async (t) => {
    const project = emptyProject(t)
    await project.npm('install', 'socketpair')
    const types = path.join(project.folder, 'node_modules/@types')
    mkdirSync(types)
    const nodeTypes = path.dirname(require.resolve('@types/node/package.json'))
    symlinkSync(nodeTypes, path.join(types, 'node'))
    t.true((await project.node(compiler, '--version')).startsWith(`Version ${major}.`))
    for (const { file, ...settings } of modules) {
      project.write(file, USING)
      const compilerOptions = {
        ...settings,
        target: 'es2022',
        lib: ['es2022', 'esnext.disposable', 'dom'],
        types: ['node'],
        strict: true,
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        skipLibCheck: false,
        noEmit: true,
      }
      project.write('tsconfig.json', JSON.stringify({ compilerOptions, files: [file] }))
      const said = await project.node(compiler, '--project', '.').catch((error) => error.stdout)
      t.is(said, '', `${settings.moduleResolution}, ${file}`)
    }
  })
}
