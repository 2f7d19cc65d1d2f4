// Other package managers than npm.

import test from 'ava'
import { emptyProject, programOf, works } from './project.ts'

for (const [name, program, line] of [
  ['pnpm', programOf('pnpm'), ['add', 'socketpair']],
  ['yarn', programOf('yarn'), ['add', '--ignore-scripts', 'socketpair']],
] as const) {
  test(`${name} installs the package, which works`, async (t) => {
    const project = emptyProject(t)
    await project.node(program, ...line)
    await works(t, project)
  })
}
