// Electron refuses buffers over memory that is not V8's. The addon asks for none: what it does not link to it
// can't call, and it looks up no function of Node-API by its name.

import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { needs } from './helpers/needs.ts'
import { test } from './helpers/test.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const addons = readdirSync(root).filter((name) => name.endsWith('.node'))

/** Those of Node-API that make a value over foreign memory, of bytes or of a string. */
const EXTERNAL =
  /(?:napi|node_api)_create_(?:external_(?:array)?buffer|external_sharedarraybuffer|external_string_\w+)/

/** What a binary wants of its host. */
function wanted(file: string): string[] {
  needs('nm')
  const symbols = execFileSync('nm', ['-D', '--undefined-only', file], { encoding: 'utf8' })
  return symbols.split('\n').flatMap((line) => /\bU (\w+)/.exec(line)?.[1] ?? [])
}

test('the addon links to no function that makes a buffer over foreign memory', (t) => {
  t.true(addons.length > 0)
  for (const name of addons) {
    const functions = wanted(join(root, name))
    // Else the addon would have its functions from elsewhere, and this would say nothing.
    t.true(functions.includes('napi_create_function'), name)
    t.deepEqual(
      functions.filter((symbol) => EXTERNAL.test(symbol)),
      [],
    )
  }
})

test('the addon knows no function by name that makes a buffer over foreign memory', (t) => {
  for (const name of addons) {
    const text = readFileSync(join(root, name), 'latin1')
    t.true(text.includes('napi_create_function'), name)
    t.is(EXTERNAL.exec(text), null)
  }
})
