// 3.1 b: an end is absent in every child, unless it is passed in stdio or made to stay.
import { exec, fork, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { inodeOf } from './helpers/descriptors.ts'
import { put, take } from './helpers/io.ts'
import { pair, TYPES } from './helpers/pairs.ts'
import { start } from './helpers/programs.ts'
import { test } from './helpers/test.ts'

const LIST = ['-c', 'ls -l /proc/self/fd']
const FORKED = fileURLToPath(new URL('programs/list-descriptors.ts', import.meta.url))

/** What each way to start a child shows of the descriptors that it has. */
const WAYS: Record<string, () => Promise<string>> = {
  spawn: async () => {
    const child = spawn('sh', LIST, { stdio: ['ignore', 'pipe', 'inherit'] })
    let shown = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text))
    await once(child, 'close')
    return shown
  },
  spawnSync: async () => spawnSync('sh', LIST, { encoding: 'utf8' }).stdout,
  exec: async () => (await promisify(exec)('ls -l /proc/self/fd')).stdout,
  fork: async () => {
    const child = fork(FORKED)
    const [[descriptors]] = (await Promise.all([once(child, 'message'), once(child, 'close')])) as [
      [string[]],
      unknown,
    ]
    return descriptors.join('\n')
  },
}

for (const type of TYPES) {
  for (const [name, shown] of Object.entries(WAYS)) {
    test(`3.1 b the ends of a ${type} pair are absent in a child of ${name}`, async (t) => {
      const ends = pair(t, type)
      const descriptors = await shown()
      t.regex(descriptors, /pipe|socket|null/)
      for (const end of ends) t.false(descriptors.includes(inodeOf(end.fd)))
    })

    test(`F19 an end of a ${type} pair without close-on-exec is present in a child of ${name}`, async (t) => {
      const [kept, closed] = pair(t, type, { closeOnExec: [false, true] })
      const descriptors = await shown()
      t.true(descriptors.includes(inodeOf(kept.fd)))
      t.false(descriptors.includes(inodeOf(closed.fd)))
    })
  }

  test(`3.1 b an end of a ${type} pair that is passed in stdio is present, its peer absent`, async (t) => {
    const [mine, theirs] = pair(t, type)
    const inodes = [inodeOf(mine.fd), inodeOf(theirs.fd)] as const
    const { result } = start(t, 'list-descriptors.ts', [theirs])
    const descriptors = ((await result()) as string[]).join('\n')
    t.false(descriptors.includes(inodes[0]))
    t.true(descriptors.includes(`3 ${inodes[1]}`))
    t.is(descriptors.split(inodes[1]).length, 2)
  })

  test(`a ${type} end outlives this process's copy of it as long as a child has one`, async (t) => {
    const [mine, theirs] = pair(t, type)
    const { result } = start(t, 'echo-once.py', [theirs])
    t.true(theirs.closed)
    await put(mine, 'to the child')
    t.is(await take(mine), 'TO THE CHILD')
    t.is(await result(), 12)
    if (type !== 'dgram') t.is(await take(mine), null)
  })
}
