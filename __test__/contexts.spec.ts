// Several copies of the package, or of its addon, in one process and on one thread.

import test from 'ava'
import { guardDescriptors } from './helpers/descriptor-guard.js'
import { endedWell, runProgram } from './helpers/endings.js'

guardDescriptors(test)

for (const how of [
  'modules evaluated anew',
  'addon loaded anew',
  'process.dlopen of a copy',
  'a link to the addon',
  'another context',
]) {
  test.serial(
    `every copy of the package on one thread works beside the others: ${how}`,
    async (t) => {
      endedWell(t, await runProgram('contexts.mjs', { args: [how] }), 'every copy works')
    },
  )

  test.serial(`the process exits with operations pending in every copy: ${how}`, async (t) => {
    const args = [how, 'with operations pending']
    endedWell(t, await runProgram('contexts.mjs', { args }), 'every copy works')
  })
}
