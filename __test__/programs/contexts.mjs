// Several copies of the package on one thread: as a test runner makes them that evaluates modules anew for
// each file (Jest), in a context of its own, or that loads a copy of the addon.

import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import vm from 'node:vm'
import * as original from 'socketpair'
import { descriptorsComeBackTo, openDescriptors, same, warmUp } from './support.mjs'

const how = process.argv[2]
const require = createRequire(import.meta.url)
const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'socketpair-contexts-'))
process.on('exit', () => rmSync(folder, { recursive: true }))

/** @typedef {typeof original} Package */

/**
 * A copy of lib/ in a folder of its own, whose addon is what `loaderText` exports.
 *
 * @param {string} name
 * @param {string} loaderText
 * @returns {Promise<Package>}
 */
async function copyOf(name, loaderText) {
  cpSync(join(root, 'dist'), join(folder, name, 'dist'), { recursive: true })
  writeFileSync(join(folder, name, 'package.json'), '{ "type": "module" }')
  const loader = join(folder, name, 'addon.cjs')
  writeFileSync(loader, loaderText)
  process.env['SOCKETPAIR_BINARY'] = loader
  return import(pathToFileURL(join(folder, name, 'dist/index.js')).href)
}

/** @returns {string} the file that holds the addon */
function addonFile() {
  const found = Object.keys(require.cache).find((name) => name.endsWith('.node'))
  if (found === undefined) throw new Error('no addon was loaded')
  return found
}

/** @type {Record<string, () => Promise<Package[]>>} */
const ways = {
  // lib/ evaluated again over the exports that the host has cached, as Jest does for every test file.
  'modules evaluated anew': async () => {
    const text = `module.exports = require(${JSON.stringify(addonFile())})`
    return [await copyOf('copy1', text), await copyOf('copy2', text)]
  },
  // The addon's own initializer runs again, over the same image, in the same environment or a new one.
  'addon loaded anew': async () => {
    const copies = []
    for (const i of [1, 2]) {
      const text = `const file = ${JSON.stringify(addonFile())}
        delete require.cache[file]
        module.exports = require(file)`
      copies.push(await copyOf(`copy${i}`, text))
    }
    return copies
  },
  'process.dlopen of a copy': async () => {
    const copies = []
    for (const i of [1, 2]) {
      const file = join(folder, `copy${i}.node`)
      cpSync(addonFile(), file)
      const text = `process.dlopen(module, ${JSON.stringify(file)})`
      copies.push(await copyOf(`copy${i}`, text))
    }
    return copies
  },
  'a link to the addon': async () => {
    const file = join(folder, 'link.node')
    symlinkSync(addonFile(), file)
    return [await copyOf('copy', `process.dlopen(module, ${JSON.stringify(file)})`)]
  },
  // The addon is loaded by code of another context; its objects belong there.
  'another context': async () => {
    const context = vm.createContext({ process })
    const text = `module.exports = { exports: {} }; `
    const load = vm.runInContext(
      '(file) => { const m = { exports: {} }; process.dlopen(m, file); return m.exports }',
      context,
    )
    Object.assign(globalThis, { loadInContext: () => load(addonFile()) })
    return [await copyOf('copy', `${text} module.exports = globalThis.loadInContext()`)]
  },
}

/** @param {Package} from */
async function work({ socketpair }) {
  const [here, there] = socketpair()
  const read = here.read(Buffer.alloc(8))
  await new Promise((resolve) => setImmediate(resolve))
  await there.write('received')
  same(await read, 8, 'bytes')
  const large = Buffer.alloc(3_000_000, 7)
  const into = Buffer.alloc(large.length)
  const both = [here.write(large), there.readExactly(into)]
  await Promise.all(both)
  same(into.equals(large), true, 'what arrived')
  here.close()
  there.close()
}

/** @param {Package} from */
function wait({ socketpair }) {
  const ends = socketpair()
  return { ends, read: ends[0].read(Buffer.alloc(4)) }
}

await warmUp()
const copies = await /** @type {() => Promise<Package[]>} */ (ways[how ?? ''])()
const all = [original, ...copies]
if (new Set(all.map((copy) => copy.Socket)).size !== all.length) throw new Error('not copies')
for (const copy of all) await work(copy)
const before = openDescriptors()

// All of them wait at once; what one does to keep the loop running does not end another's wait.
await Promise.all(all.map(work))
const waits = all.map(wait)
for (const { ends, read } of waits) {
  setTimeout(() => ends[1].tryWrite('late'), 20)
  same(await read, 4, 'a late message')
  for (const end of ends) end.close()
}
await descriptorsComeBackTo(before)
console.log('every copy works')

if (process.argv[3] === 'with operations pending') {
  const pending = all.map(wait)
  process.exit(pending.length === all.length ? 0 : 1)
}
