// Every page that says on which platforms the package was tested, run, linked or compiled says the same: what the
// table of targets says.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { evidence, evidenceRows } from '../scripts/cross/evidence.js'
import { targets } from '../scripts/cross/targets.js'
import { pages, read, root } from './helpers/documents.ts'

const TABLED = ['README.md', 'docs/platforms.md', 'docs/semantics.md']

for (const page of TABLED) {
  test(`${page} says of every platform what was done there`, (t) => {
    const lines = read(page).split('\n')
    const rows = evidenceRows.map((row) => lines.filter((line) => line.startsWith(row)))
    t.deepEqual(
      rows.map(({ length }) => length),
      evidenceRows.map(() => 1),
      evidenceRows.join('\n'),
    )
    // More after the word explains it; another word would be another claim.
    for (const [index, [line = '']] of rows.entries()) {
      t.regex(line.slice(evidenceRows[index]?.length), /^(?:[,:;] .*)? \|$/)
    }
  })
}

test('the evidence is about every target, and about what is only compiled', (t) => {
  const named = evidence.flatMap(({ platforms }) => platforms)
  t.is(new Set(named).size, named.length)
  for (const { title } of targets) t.true(named.includes(title), title)
  const checked = readFileSync(join(root, 'scripts/check-targets.js'), 'utf8')
  for (const name of evidence.at(-1)?.platforms ?? []) {
    t.true(checked.includes(`unknown-${name.toLowerCase()}'`), name)
  }
})

test('the row of each target in the table of packages says the same', (t) => {
  const page = read('docs/platforms.md')
  for (const { title, name } of targets) {
    const row = page.split('\n').find((line) => line.includes(`\`socketpair-${name}\``)) ?? ''
    const { how = '' } = evidence.find(({ platforms }) => platforms.includes(title)) ?? {}
    const said = row.split('|').at(-2)?.trim() ?? ''
    t.true(said === how || said.startsWith(`${how}, `) || said.startsWith(`${how}: `), row)
  }
})

test('no other page says it in words of its own', (t) => {
  for (const page of pages) {
    const text = read(page).replaceAll(/\s+/g, ' ')
    t.notRegex(text, /type-checked|only linked|macOS or another Unix/i, page)
    if (!TABLED.includes(page))
      t.notRegex(text, /\b(?:not|never) (?:been )?run (?:there|here)\b.{0,60}(?:macOS|BSD)/, page)
  }
})
