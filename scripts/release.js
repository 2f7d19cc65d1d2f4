// npm run release [-- --dry-run]: publishes every package, the main one last. Without --dry-run it is for the
// release workflow, which proves to the registry where the packages come from.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkBinary } from './cross/check-binary.js'
import { placeOf, targets } from './cross/targets.js'
import { install } from './install.js'
import { make } from './make.js'
import { packAll } from './pack.js'
import { packageFiles } from './packages.js'
import { StepFailed, root, run, script } from './steps.js'

/** @param {string} path */
const read = (path) => readFileSync(join(root, path), 'utf8')

/** Everything that stands in the way of a release. */
async function* obstacles() {
  const main = JSON.parse(read('package.json'))
  // The registry compares it with where the workflow runs.
  if (main.repository === undefined) yield 'package.json names no repository'
  const dated = new RegExp(
    `^## ${main.version.replaceAll('.', '\\.')} - \\d{4}-\\d\\d-\\d\\d$`,
    'm',
  )
  if (!dated.test(read('CHANGELOG.md'))) yield `CHANGELOG.md has no date for ${main.version}`
  for (const [path, text] of packageFiles()) {
    if (path.startsWith('npm/') && read(path) !== text) {
      yield `${path} is not as node scripts/packages.js writes it`
    }
  }
  for (const target of targets) {
    const { problems } = await checkBinary(target, join(root, placeOf(target)))
    yield* problems.map((problem) => `${target.name}: ${problem}`)
  }
}

await script(async () => {
  const dryRun = process.argv.includes('--dry-run')
  await install()
  await make()
  const folder = mkdtempSync(join(tmpdir(), 'socketpair-release-'))
  try {
    const packed = packAll(folder)
    console.log(`\n${dryRun ? 'Would publish' : 'Publishing'}, in this order:`)
    for (const { name, version, size, unpackedSize, files } of packed) {
      const bytes = `${size.toLocaleString('en')} bytes packed, ${unpackedSize.toLocaleString('en')} unpacked`
      console.log(`\n${name}@${version}: ${bytes}`)
      const shown = files.length > 12 ? [...files.slice(0, 12), { path: '…' }] : files
      for (const { path } of shown) console.log(`  ${path}`)
    }
    const found = []
    for await (const obstacle of obstacles()) found.push(obstacle)
    if (found.length > 0) {
      console.log(`\nBefore a release:\n${found.map((line) => `  - ${line}`).join('\n')}`)
      if (!dryRun) throw new StepFailed('not ready to be published')
    }
    if (dryRun) return
    for (const { file } of packed) await run('npm', ['publish', file])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
