// npm start: from a fresh clone to the demonstration, doing only what is not done yet.

import { install } from './install.js'
import { make } from './make.js'
import { script } from './steps.js'

await script(async () => {
  await install()
  await make()
  const { demonstrate } = await import('../examples/demonstration/main.js')
  process.exitCode = (await demonstrate()) ? 0 : 1
})
