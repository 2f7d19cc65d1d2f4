// npm run check: format, lint and types of both languages, without running any test.

import { failIfAny, runChecks } from './checks.js'
import { install } from './install.js'
import { make } from './make.js'
import { script } from './steps.js'

await script(async () => {
  await install()
  await make() // programs are checked against the types that a user gets
  failIfAny(await runChecks())
})
