// npm run docs: the API reference, made again from the doc comments.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { renderApi } from './api.js'
import { install } from './install.js'
import { make } from './make.js'
import { root, script } from './steps.js'

await script(async () => {
  await install()
  await make()
  writeFileSync(join(root, 'docs/api.md'), renderApi())
})
