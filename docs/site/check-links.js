// Whether each link inside the site leads to a page, and to a place on it.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

/**
 * @param {string} site its folder
 * @returns {string[]} what is wrong, a line each
 */
export function brokenLinks(site) {
  // Pages of rustdoc are linked to and not looked through: rustdoc has done that.
  const names = readdirSync(site, { recursive: true, encoding: 'utf8' })
  const pages = names.filter((name) => name.endsWith('.html') && !name.startsWith('rust/'))
  return pages.flatMap((name) => {
    const path = join(site, name)
    const links = readFileSync(path, 'utf8').matchAll(/(?:href|src|srcset)="([^"]*)"/g)
    return Array.from(new Set(Array.from(links, ([, link = '']) => link)))
      .filter((link) => !/^(?:https?|mailto|data):/.test(link))
      .flatMap((link) => {
        const wrong = problem(path, link)
        return wrong === undefined ? [] : [`${relative(site, path)}: ${link} ${wrong}`]
      })
  })
}

/**
 * @param {string} from
 * @param {string} link
 * @returns {string | void}
 */
function problem(from, link) {
  const [address = '', fragment] = link.split('#')
  const found = address === '' ? from : join(dirname(from), decodeURIComponent(address))
  const target =
    existsSync(found) && statSync(found).isDirectory() ? join(found, 'index.html') : found
  if (!existsSync(target)) return 'leads nowhere'
  if (fragment === undefined || fragment === '' || !target.endsWith('.html')) return
  if (!idsOf(target).has(decodeURIComponent(fragment))) return 'names no place on its page'
}

/** @type {Map<string, Set<string>>} */
const known = new Map()

/** @param {string} page */
function idsOf(page) {
  const ids =
    known.get(page) ??
    new Set(Array.from(readFileSync(page, 'utf8').matchAll(/ id="([^"]*)"/g), ([, id = '']) => id))
  known.set(page, ids)
  return ids
}
