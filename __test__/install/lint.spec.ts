// What tools say that look at packages.

import { readFileSync } from 'node:fs'
import test from 'ava'
import { publint } from 'publint'
import { emptyProject, programOf, tarball } from './project.ts'

test('publint has nothing to say', async (t) => {
  const { messages } = await publint({
    pack: { tarball: new Uint8Array(readFileSync(tarball)).buffer },
    strict: true,
  })
  t.deepEqual(messages, [])
})

test('are-the-types-wrong finds nothing wrong', async (t) => {
  // An ES module only, which every Node that the package is for can require().
  const rule = 'cjs-resolves-to-esm'
  const attw = programOf('@arethetypeswrong/cli', 'attw')
  const said = await emptyProject(t).node(attw, tarball, '--ignore-rules', rule, '--format', 'json')
  const { problems } = JSON.parse(said) as { problems?: Record<string, object[]> }
  t.deepEqual(
    Object.keys(problems ?? {}).filter((kind) => kind !== 'CJSResolvesToESM'),
    [],
  )
})
