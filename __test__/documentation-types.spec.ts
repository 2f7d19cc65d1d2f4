// What is read with the types: the blocks of the documentation, and the API reference, made of doc comments.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { renderApi } from '../scripts/api.js'
import { blocksOf, pages, read, root } from './helpers/documents.ts'
import { run } from './helpers/run-documents.ts'

// Inside the package, where its own name stands for it.
mkdirSync(join(root, 'target'), { recursive: true })
const folder = mkdtempSync(join(root, 'target', 'documentation-types-'))
test.after.always(() => {
  rmSync(folder, { recursive: true, force: true })
})

for (const page of pages) {
  const beside = join(folder, page.replaceAll('/', '-'))
  mkdirSync(beside)
  for (const [index, { language, file, marks, source }] of blocksOf(page).entries()) {
    if (language !== 'js' && language !== 'ts') continue
    if (file !== undefined) writeFileSync(join(beside, file), source)
    else if (!marks.has('no-run'))
      writeFileSync(join(beside, `block-${index + 1}.${language}`), source)
  }
}

/** Checks the blocks in one of the languages. */
function check(include: readonly string[], compilerOptions: object) {
  const settings = { extends: '../../tsconfig.check.json', include, compilerOptions }
  const project = join(folder, 'tsconfig.json')
  writeFileSync(project, JSON.stringify(settings))
  return run(join(root, 'node_modules/.bin/tsc'), ['--project', project])
}

const FINE = { code: 0, stdout: '', stderr: '' }

test.serial('the blocks in TypeScript are right by the types', async (t) => {
  t.deepEqual(await check(['*/*.ts'], {}), FINE)
})

/** What JavaScript has no words for: that a value is one of several types. */
const UNNARROWED =
  /^\S+ error TS2339: Property '\w+' does not exist on type '(?:\w+ \| \w+|AnySocket)'\.\n(?: .*\n)*/gm

test.serial(
  'the blocks in JavaScript are right by the types, as far as these go there',
  async (t) => {
    const loose = {
      strict: false,
      noUncheckedIndexedAccess: false,
      exactOptionalPropertyTypes: false,
    }
    const { stdout, stderr } = await check(['*/*.js', '*/*.mjs'], loose)
    t.deepEqual([stdout.replaceAll(UNNARROWED, ''), stderr], ['', ''])
  },
)

/** What only types make sense of. */
const OF_TYPES =
  /^(?:import type|(?:export )?(?:interface|type) )|\btype [A-Z]\w*,? |\bnew \w+<|: [A-Z]\w+(?:\[\])?[,)]/m

test('a block is in TypeScript only where types are the subject', (t) => {
  for (const page of pages) {
    for (const { title, language, marks, source } of blocksOf(page)) {
      if (language === 'ts' && !marks.has('no-run')) t.regex(source, OF_TYPES, title)
    }
  }
  t.pass()
})

test('docs/api.md is that of the doc comments; else `npm run docs` makes it so', (t) => {
  t.is(read(join('docs', 'api.md')), renderApi())
})
