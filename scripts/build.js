// npm run build: the addon and the library; with --debug an addon with its assertions and symbols.

import { install } from './install.js'
import { make } from './make.js'
import { script } from './steps.js'

await script(async () => {
  await install()
  await make({ debug: process.argv.includes('--debug') })
})
