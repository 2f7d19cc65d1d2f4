// npm run soak [-- --seed N] [--seconds N] [--only PART]: see docs/testing.md.

import { install } from './install.js'
import { make } from './make.js'
import { script } from './steps.js'

await script(async () => {
  await install()
  await make()
  const { soak } = await import('../campaigns/soak/main.js')
  await soak()
})
