// The examples in examples/ run and print what they promise.

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { read, root } from './helpers/documents.ts'
import { needing } from './helpers/needs.ts'
import { programsIn, promisedOutput, runModule } from './helpers/run-documents.ts'

/** With a main.js of its own, or one file. The demonstration takes half a minute: `npm start` runs it. */
const examples = readdirSync(join(root, 'examples'))
  .filter((name) => name !== 'demonstration')
  .map((name) => join('examples', name.endsWith('.js') ? name : join(name, 'main.js')))

/** What an example is given where it would take something large of its own. */
const examplesArguments = new Map([
  ['examples/gzip.js', ['package-lock.json']],
  ['examples/python-memfd/main.js', ['package-lock.json']],
])

/** What an example needs besides the programs that it starts by a name in quotes. */
const examplesNeeds = new Map([
  ['examples/socat/main.js', ['socat']],
  ['examples/ssh-fdpass/main.js', ['ssh', 'ssh-keygen', '/usr/sbin/sshd']],
])

for (const path of examples) {
  const source = read(path)
  const programs = [...programsIn(source), ...(examplesNeeds.get(path) ?? [])]
  needing(test, ...new Set(programs))(`${path} runs and prints what it promises`, async (t) => {
    const { code, stdout } = await runModule(path, examplesArguments.get(path))
    t.deepEqual({ code, stdout }, { code: 0, stdout: promisedOutput(source) })
    // How it is started is said by itself.
    t.true(source.includes(`\n//   node ${path}`))
  })
}
