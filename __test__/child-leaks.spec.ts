// No descriptor too many: here, in the children, in theirs.
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readlinkSync } from 'node:fs'
import { spawn } from 'socketpair'
import { printed, tended } from './helpers/children.ts'
import { inodeOf, openDescriptors } from './helpers/descriptors.ts'
import { take } from './helpers/io.ts'
import { pair, TYPES } from './helpers/pairs.ts'
import { commandLine } from './helpers/programs.ts'
import { test } from './helpers/test.ts'

/** Prints what every descriptor of the shell stands for. */
const LOOK = 'for fd in /proc/$$/fd/*; do readlink $fd; done'

for (const type of TYPES) {
  test(`200 children one after another leave nothing of their ${type} pairs`, async (t) => {
    const before = openDescriptors().length
    for (let i = 0; i < 200; i++) {
      const { child, socket } = spawn('sh', ['-c', 'printf x >&3'], {
        stdio: 'ignore',
        socket: { type },
      })
      const exited = once(child, 'exit')
      t.is(await take(socket), 'x')
      await exited
      t.is(await take(socket), null)
      socket.close()
    }
    t.is(openDescriptors().length, before)
  })

  test(`20 children at once have each its own ${type} end, and none of the others`, async (t) => {
    const bystanders = pair(t, type)
    const started = Array.from({ length: 20 }, () =>
      tended(
        t,
        spawn('sh', ['-c', `${LOOK}; read line; printf "$line" >&3`], { socket: { type } }),
      ),
    )
    const mine = [...started.map(({ socket }) => socket), ...bystanders].map((end) =>
      inodeOf(end.fd),
    )
    t.is(new Set(mine).size, 22)
    for (const [index, { child }] of started.entries()) child.stdin?.end(`child ${index}\n`)
    const theirs = []
    for (const [index, { socket, ended }] of started.entries()) {
      t.is(await take(socket), `child ${index}`)
      t.is(await take(socket), null)
      const seen = (await ended).stdout.trimEnd().split('\n')
      for (const inode of mine) t.false(seen.includes(inode))
      // Three pipes of Node's, which are socket pairs, and one of ours.
      const sockets = seen.filter((entry) => entry.startsWith('socket:'))
      theirs.push(...sockets.slice(0, 4))
    }
    t.is(theirs.length, 80)
    t.is(new Set(theirs).size, 80)
  })

  test(`a child of a child sees neither the ${type} end nor the variable once it was taken`, async (t) => {
    const [command, args] = commandLine('starts-grandchildren.ts', ['other', 'third'])
    const { ended } = tended(
      t,
      spawn(command, args, { sockets: { one: type, other: type, third: 'stream' } }),
    )
    const { ends, answer } = (await printed(t, ended)) as { ends: number; answer: object[] }
    t.is(ends, 3)
    t.deepEqual(
      answer,
      ['spawn', 'spawnSync', 'exec', 'fork'].map((way) => ({
        way,
        looked: true,
        ends: 0,
        variables: [],
      })),
    )
  })

  test(`children of Node itself see nothing of a ${type} pair that another child has`, async (t) => {
    const { child, socket, ended } = tended(
      t,
      spawn('sh', ['-c', 'read line'], { socket: { type } }),
    )
    const ends = [inodeOf(socket.fd), readlinkSync(`/proc/${child.pid}/fd/3`)]
    const seen = spawnSync('sh', ['-c', LOOK], { encoding: 'utf8' }).stdout
    t.regex(seen, /socket:/)
    for (const end of ends) {
      t.regex(end, /^socket:/)
      t.false(seen.includes(end))
      t.is(openDescriptors().filter((entry) => entry.endsWith(end)).length, end === ends[0] ? 1 : 0)
    }
    child.stdin?.end('\n')
    await ended
  })
}
