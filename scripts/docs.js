// npm run docs: the API reference, made again from the doc comments, and the site in build/site.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { renderApi } from './api.js'
import { install } from './install.js'
import { make } from './make.js'
import { requireRust } from './prerequisites.js'
import { root, run, script } from './steps.js'

await script(async () => {
  await install()
  await make()
  writeFileSync(join(root, 'docs/api.md'), renderApi())
  await install('docs/site')
  requireRust()
  await run('cargo', ['doc', '--package', 'socketpair-core', '--no-deps', '--locked'])
  await run(process.execPath, ['docs/site/build.js'])
  console.log('\nThe site is in build/site: open build/site/index.html')
})
