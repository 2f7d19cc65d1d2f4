/** `test` as every file here uses it: one after the other, and no descriptor may be left. */
import anyTest, { type ExecutionContext } from 'ava'
import { ownDescriptorsComeBack } from './descriptors.ts'
import { skippable } from './needs.ts'
import { warmUp } from './warm-up.ts'

export type { ExecutionContext } from 'ava'

type Body = (t: ExecutionContext) => void | Promise<void>

/** Registers a test; afterwards the process must have the descriptors that it had before. */
export function test(title: string, body: Body): void {
  anyTest.serial(title, counted(body))
}

/** A test of what is known not to work yet. */
test.failing = (title: string, body: Body): void => {
  anyTest.serial.failing(title, counted(body))
}

function counted(body: Body): Body {
  return skippable(async (t) => {
    await warmUp()
    // Registered first, so it runs last: after everything that the test's own teardowns close.
    t.teardown(ownDescriptorsComeBack())
    await body(t)
  })
}
