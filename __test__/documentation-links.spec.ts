// What the documentation points to: its links lead somewhere, and what it names is there.

import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test from 'ava'
import { slug } from '../scripts/doc-comments.js'
import { pages, proseOf, read, root } from './helpers/documents.ts'

function fragmentsOf(page: string): Set<string> {
  const headings = proseOf(page).matchAll(/^#+ (.+)$/gm)
  const seen = new Map<string, number>()
  return new Set(
    Array.from(headings, ([, heading = '']) => {
      const fragment = slug(heading)
      const times = seen.get(fragment) ?? 0
      seen.set(fragment, times + 1)
      return times === 0 ? fragment : `${fragment}-${times}`
    }),
  )
}

for (const page of pages) {
  test(`the links of ${page} lead somewhere`, (t) => {
    const prose = proseOf(page)
    const links = [
      ...prose.matchAll(/\]\(([^)]+)\)/g),
      ...prose.matchAll(/ (?:src|srcset)="([^"]+)"/g),
    ]
    for (const [, link = ''] of links) {
      if (/^https?:/.test(link)) {
        t.true(URL.canParse(link) && link.startsWith('https:'), link)
        continue
      }
      const [path = '', fragment] = link.split('#')
      const target = path === '' ? page : join(dirname(page), path)
      t.true(existsSync(join(root, target)), link)
      if (fragment !== undefined) t.true(fragmentsOf(target).has(fragment), link)
    }
    t.pass()
  })
}

test('every guide can be reached from the README', (t) => {
  const readme = read('README.md')
  for (const page of pages) {
    if (page.startsWith('docs/')) t.true(readme.includes(`](${page}`), page)
  }
})

test('what the documentation names is there', (t) => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  for (const page of pages) {
    const text = read(page)
    for (const [, name = ''] of text.matchAll(/`npm run ([a-z]+)/g)) t.true(name in scripts, name)
    const paths = text.matchAll(/`((?:lib|src|crates|scripts|examples|docs|__test__)\/[\w./-]*)`/g)
    for (const [, path = ''] of paths) t.true(existsSync(join(root, path)), `${page}: ${path}`)
  }
})
