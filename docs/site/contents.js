// Which pages the site has, in which groups and order. A page that nobody has put here comes last.

import { readdirSync, statSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project's folder. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

/** @type {Readonly<Record<string, readonly string[]>>} */
const order = {
  Guides: [
    'getting-started',
    'installing',
    'choosing-a-type',
    'other-languages',
    'streams',
    'channel',
    'passing-descriptors',
    'threads',
    'command-line',
    'performance',
    'diagnostics',
    'migrating',
  ],
  Reference: ['semantics', 'errors', 'channel-protocol', 'platforms', 'runtimes'],
  Inside: ['engine', 'benchmark', 'cases', 'testing', 'CONTRIBUTING', 'SECURITY', 'CHANGELOG'],
}

/** What is shown from somewhere else: the index, and the reference that typedoc makes itself. */
const elsewhere = new Set(['README', 'api'])

/**
 * @typedef {object} Page
 * @property {string} path of the Markdown
 * @property {string} slug its name in links
 * @property {string} group
 */

/** @returns {Page[]} */
export function pages() {
  const found = ['docs', '.']
    .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(root, folder, name)))
    .filter((path) => path.endsWith('.md') && !elsewhere.has(basename(path, '.md')))
  const bySlug = new Map([
    ['benchmark', join(root, 'benchmark', 'README.md')],
    ...found.map((path) => /** @type {const} */ ([basename(path, '.md'), path])),
  ])
  const listed = Object.entries(order).flatMap(([group, slugs]) => {
    return slugs.flatMap((slug) => {
      const path = bySlug.get(slug)
      bySlug.delete(slug)
      return path === undefined ? [] : [{ path, slug, group }]
    })
  })
  const others = Array.from(bySlug, ([slug, path]) => ({ path, slug, group: 'Guides' }))
  return [...listed, ...others]
}

/**
 * @typedef {object} Example
 * @property {string} path a file, or a folder with a main.js
 * @property {string} slug
 * @property {string[]} files the one that is run comes first
 */

/** @returns {Example[]} */
export function examples() {
  const folder = join(root, 'examples')
  return readdirSync(folder).map((name) => {
    const path = join(folder, name)
    const files = filesUnder(path).toSorted((a, b) => depth(a) - depth(b))
    const main = files.find((file) => file.endsWith('main.js')) ?? path
    return {
      path,
      slug: basename(name, '.js'),
      files: [main, ...files.filter((file) => file !== main)],
    }
  })
}

/** @param {string} path */
const depth = (path) => relative(root, path).split('/').length

/**
 * @param {string} path
 * @returns {string[]}
 */
function filesUnder(path) {
  if (statSync(path).isFile()) return /\.lock$|-lock\.json$|\.pyc$/.test(path) ? [] : [path]
  return readdirSync(path)
    .filter((name) => !/^(?:node_modules|target|__pycache__)$/.test(name))
    .flatMap((name) => filesUnder(join(path, name)))
}
