// npm run hostile [-- --seed N] [--seconds N] [--only PART]: see docs/testing.md.

import { install } from './install.js'
import { make } from './make.js'
import { script } from './steps.js'

await script(async () => {
  await install()
  await make()
  const { hostile } = await import('../campaigns/hostile/main.js')
  await hostile()
})
