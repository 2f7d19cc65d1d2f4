// The page of errors has every code that the package's own code names or its doc comments promise.

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { read, root } from './helpers/documents.ts'

const sources = readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => read(join('lib', name)))

const codes = (pattern: RegExp): Set<string> =>
  new Set(sources.flatMap((text) => Array.from(text.matchAll(pattern), ([, code = '']) => code)))

const page = read(join('docs', 'errors.md'))

test('each code that lib/ throws or asks for is on the page of errors', (t) => {
  const quoted = codes(/'(E[A-Z]{3,}|ERR_[A-Z_]*[A-Z]|SOCKETPAIR_FD_[A-Z]+)'/g)
  t.true(quoted.size > 20)
  for (const code of quoted) t.true(page.includes(`\`${code}\``), code)
})

/** What the system can say, beside codes of Node's form. */
const table = read(join('crates', 'socketpair-core', 'src', 'errno', 'table.rs'))
const isCode = (word: string) => word.startsWith('ERR_') || table.includes(word)

test('each code that a doc comment names is on the page of errors', (t) => {
  const named = codes(/^ *\/?\*.*?\b(E[A-Z]{3,}|ERR_[A-Z_]*[A-Z])\b/gm)
  const promised = [...named].filter(isCode)
  t.true(promised.length > 20)
  for (const code of promised) t.true(page.includes(`\`${code}\``), code)
})

test('the page of errors has no code that nothing gives', (t) => {
  const inSources = codes(/\b(ERR_[A-Z_]*[A-Z])\b/g)
  for (const [, code = ''] of page.matchAll(/`(E[A-Z]{3,}|ERR_[A-Z_]*[A-Z])`/g)) {
    const isNodes = code.startsWith('ERR_STREAM_')
    t.true(isNodes || inSources.has(code) || table.includes(code), code)
  }
})
