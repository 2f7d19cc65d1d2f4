// node scripts/packages.js: what the packages in npm/ say of themselves, made again from the table of targets, and
// how the main package and its lock file name them.

import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { binaryOf, targets } from './cross/targets.js'
import { root } from './steps.js'
/** @import { Target } from './cross/targets.js' */

/** @param {string} path */
const readJson = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'))

/** @param {Target} target */
const nameOf = (target) => `socketpair-${target.name}`

/**
 * @param {Target} target
 * @param {{ version: string, license: string, engines: object, publishConfig: object }} main
 */
function describe(target, { version, license, engines, publishConfig }) {
  const binary = binaryOf(target)
  return {
    name: nameOf(target),
    version,
    description: `The binary of socketpair for ${target.title}`,
    license,
    main: binary,
    files: [binary],
    os: [target.os],
    cpu: [target.cpu],
    libc: target.libc && [target.libc], // not written where there is but one
    engines,
    publishConfig,
  }
}

/** @param {Target} target */
const readmeOf = (target) => `# ${nameOf(target)}

The binary of [socketpair](https://www.npmjs.com/package/socketpair) for ${target.title}
(\`${target.triple}\`), from ${target.floor}. It is installed with \`socketpair\`, as an optional
dependency; there is nothing to use in it by itself.
`

/** @param {object} value */
const asText = (value) => `${JSON.stringify(value, null, 2)}\n`

/**
 * Every file that follows from the table, as it should be.
 *
 * @returns {Map<string, string>} contents by path
 */
export function packageFiles() {
  const files = new Map()
  const main = readJson('package.json')
  const lock = readJson('package-lock.json')
  main.optionalDependencies = Object.fromEntries(
    targets.map((target) => [nameOf(target), main.version]),
  )
  Object.assign(lock, { version: main.version })
  Object.assign(lock.packages[''], {
    version: main.version,
    optionalDependencies: main.optionalDependencies,
  })
  // In a clone they are the folders themselves: npm ci asks no registry for them.
  const others = Object.entries(lock.packages).filter(
    ([path]) => !/^(node_modules\/socketpair-|npm\/)/.test(path),
  )
  const own = targets.flatMap((target) => {
    const { name, version, license, os, cpu, libc, engines } = describe(target, main)
    const folder = `npm/${target.name}`
    return /** @type {[string, object][]} */ ([
      [`node_modules/${name}`, { resolved: folder, link: true }],
      [folder, { name, version, cpu, libc, license, optional: true, os, engines }],
    ])
  })
  /** @type {[string, object][]} */
  const all = [...others, ...own]
  const inOrder = all.toSorted(([a], [b]) => a.localeCompare(b, 'en'))
  lock.packages = Object.fromEntries(inOrder)
  files.set('package.json', asText(main))
  files.set('package-lock.json', asText(lock))
  for (const target of targets) {
    files.set(`npm/${target.name}/package.json`, asText(describe(target, main)))
    files.set(`npm/${target.name}/README.md`, readmeOf(target))
  }
  return files
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const name of readdirSync(join(root, 'npm'))) {
    const known = targets.some((target) => target.name === name)
    if (!known) rmSync(join(root, 'npm', name), { recursive: true })
  }
  for (const [path, text] of packageFiles()) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}
