// npm run fuzz [-- --seed N] [--seconds N] [--only PART]: see docs/testing.md.

import { install } from './install.js'
import { make } from './make.js'
import { script } from './steps.js'

await script(async () => {
  await install()
  await make()
  const { fuzz } = await import('../campaigns/fuzz/main.js')
  await fuzz()
})
