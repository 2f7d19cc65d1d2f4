// What is said where the binary's package is not there.

import test from 'ava'
import { emptyProject, version, type Project } from './project.ts'

const CALLING = `import { socketpair, supported } from 'socketpair'
try {
  socketpair()
} catch (error) {
  console.log(error.code, supported.stream, error.cause?.code, error.message)
}
`

async function whatItSays(project: Project): Promise<string> {
  project.write('calling.mjs', CALLING)
  return (await project.node('calling.mjs')).trim()
}

const WHAT =
  'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM false MODULE_NOT_FOUND socketpair does not work here: ' +
  'the package socketpair-linux-x64-gnu, which holds the binary for Linux on x64 with glibc, is not installed.'
const WHY = `It is an optional dependency: npm leaves it out with --omit=optional, and may by a bug where the lockfile was written on another system (https://github.com/npm/cli/issues/4828). Remove node_modules and package-lock.json and run \`npm install\` again, or add it by \`npm install --save-optional socketpair-linux-x64-gnu@${version}\``

test('without optional dependencies it says which package is missing and how to get it', async (t) => {
  const project = emptyProject(t)
  await project.npm('install', '--omit=optional', 'socketpair')
  t.is(await whatItSays(project), `${WHAT} ${WHY}`)
  // What it advises helps.
  await project.npm('install', '--save-optional', `socketpair-linux-x64-gnu@${version}`)
  t.is(await whatItSays(project), '')
})

test('in node_modules of another system it says so', async (t) => {
  const project = emptyProject(t)
  await project.npm('install', '--os=linux', '--cpu=x64', '--libc=musl', 'socketpair')
  const copied =
    'Installed instead: socketpair-linux-x64-musl; was node_modules copied from another system?'
  t.is(await whatItSays(project), `${WHAT} ${copied} ${WHY}`)
})
