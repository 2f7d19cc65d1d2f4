// npm run bench: the table of speeds. Options are those of benchmark/options.js:
// npm run bench -- --rounds 3 --only seqpacket

import { install } from './install.js'
import { make } from './make.js'
import { script } from './steps.js'

await script(async () => {
  await install()
  await make()
  const { benchmark } = await import('../benchmark/main.js')
  process.exitCode = (await benchmark(process.argv.slice(2))) ? 0 : 1
})
