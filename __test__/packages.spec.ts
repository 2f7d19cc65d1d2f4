// The packages of the platforms: what they say of themselves, and that everybody means the same ones.

import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { targets } from '../scripts/cross/targets.js'
import { packageFiles } from '../scripts/packages.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

test('npm/ and the lock file are as node scripts/packages.js writes them', (t) => {
  for (const [path, text] of packageFiles()) {
    const same = path.endsWith('.json') ? JSON.parse : String
    t.true(existsSync(join(root, path)), path)
    t.deepEqual(same(read(path)), same(text), path)
  }
  t.deepEqual(readdirSync(join(root, 'npm')).toSorted(), targets.map(({ name }) => name).toSorted())
})

test('the versions of the packages and of the crates are one', (t) => {
  const { version } = JSON.parse(read('package.json')) as { version: string }
  t.is(read('Cargo.toml').match(/^version = "(.*)"$/m)?.[1], version)
  t.true(read('CHANGELOG.md').includes(`## ${version} - `))
})

test('the library looks for the packages that there are', (t) => {
  const [, list = ''] = /const PACKAGED = \[([^\]]*)\]/.exec(read('lib/binary.ts')) ?? []
  const names = [...list.matchAll(/'([^']*)'/g)].map(([, name]) => name)
  t.deepEqual(
    names,
    targets.map(({ name }) => name),
  )
})

test('the main package brings no dependency and runs nothing when it is installed', (t) => {
  const main = JSON.parse(read('package.json')) as Record<string, unknown>
  t.is(main['dependencies'], undefined)
  t.is(main['peerDependencies'], undefined)
  const hooks = new Set([
    'preinstall',
    'install',
    'postinstall',
    'prepare',
    'prepack',
    'prepublish',
  ])
  t.deepEqual(
    Object.keys(main['scripts'] as object).filter((name) => hooks.has(name)),
    [],
  )
})

test('the page on platforms tells of every package', (t) => {
  const page = read('docs/platforms.md')
  for (const { name, triple } of targets) {
    t.true(page.includes(`socketpair-${name}`), name)
    t.true(page.includes(triple), triple)
  }
})
