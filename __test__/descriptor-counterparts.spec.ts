// Descriptors to and from programs in Python and C, which know nothing of this package.
import { type AnySocket } from 'socketpair'
import { put, take } from './helpers/io.ts'
import { pair, TYPES } from './helpers/pairs.ts'
import { fileOf, pass, receive } from './helpers/passing.ts'
import { pipes, readNow } from './helpers/pipes.ts'
import { compile, start } from './helpers/programs.ts'
import { type ExecutionContext, test } from './helpers/test.ts'

/** What a program tells of its descriptors. */
interface Told {
  /** How many it had before, while it held what was passed, and afterwards. */
  open: [number, number, number]
  /** How many it received. */
  came?: number
  truncated?: boolean
  text?: string
}

/** How each program passes and receives; `reduction` has no text of its own. */
const WAYS: Record<string, { program: string; args: string[]; text?: string; most: number }> = {
  'Python, socket.send_fds and recv_fds': {
    program: 'passing.py',
    args: ['fds'],
    text: 'hello',
    most: 253,
  },
  'Python, sendmsg and recvmsg with an array': {
    program: 'passing.py',
    args: ['array'],
    text: 'hello',
    most: 253,
  },
  'Python, multiprocessing.reduction': { program: 'passing.py', args: ['reduction'], most: 253 },
  'Python, multiprocessing with handles one by one': {
    program: 'passing.py',
    args: ['handles'],
    most: 5,
  },
  'C, the CMSG macros': { program: 'passing.c', args: [], text: 'hello', most: 253 },
}

function run(
  t: ExecutionContext,
  { program, args }: { program: string; args: string[] },
  end: AnySocket,
  ...rest: (string | number)[]
) {
  const what = program.endsWith('.c') ? compile(t, program) : program
  return start(t, what, [end], [...args, ...rest.map(String)])
}

/** The bytes that a way wants with so many descriptors: reduction sends their count. */
const bytesFor = (text: string | undefined, count: number) => text ?? Buffer.of(count % 256)

for (const type of TYPES) {
  for (const [name, way] of Object.entries(WAYS)) {
    const oneByOne = way.args[0] === 'handles'

    test(`a program receives what is sent over a ${type} pair: ${name}`, async (t) => {
      const count = 5
      const [mine, theirs] = pair(t, type)
      const five = pipes(t, count)
      const { result } = run(t, way, theirs, 'receive', count)
      if (oneByOne) for (const { writer } of five) await pass(mine, Buffer.of(1), [writer])
      else {
        const bytes = bytesFor(way.text, count)
        await pass(
          mine,
          bytes,
          five.map(({ writer }) => writer),
        )
      }
      for (const each of five) each.closeWriter()
      t.is(await take(mine), 'written')
      for (const [index, each] of five.entries()) t.is(each.read(), `number ${index}`)
      // The program has them, and nobody else.
      for (const each of five) t.is(each.read(), undefined)
      await put(mine, 'close them')
      const told = (await result()) as Told
      const [before, meanwhile, after] = told.open
      t.deepEqual([meanwhile - before, after - before], [count, 0])
      t.is(told.came, count)
      t.is(told.truncated, false)
      t.is(told.text, way.text)
      for (const each of five) t.is(each.read(), '')
    })

    test(`what a program sends over a ${type} pair arrives: ${name}`, async (t) => {
      const count = 5
      const [mine, theirs] = pair(t, type)
      const { result } = run(t, way, theirs, 'send', count)
      const found: number[] = []
      for (let round = 0; round < (oneByOne ? count : 1); round++) {
        const { text, fds, fdsTruncated } = await receive(t, mine)
        t.is(fds.length, oneByOne ? 1 : count)
        t.false(fdsTruncated)
        if (way.text !== undefined) t.is(text, way.text)
        found.push(...fds.map(({ fd }) => fd))
      }
      for (const [index, fd] of found.entries()) t.is(readNow(fd), `number ${index}`)
      t.is(new Set(found.map(fileOf)).size, count)
      await put(mine, 'received')
      const { open } = (await result()) as Told
      const [before, meanwhile, after] = open
      // Each pipe has two descriptors, and they are closed once they are sent.
      t.deepEqual([meanwhile - before, after - before], [2 * count, 0])
    })

    if (oneByOne) continue

    test(`${way.most} descriptors go to a program and come from it over a ${type} pair: ${name}`, async (t) => {
      const [mine, theirs] = pair(t, type)
      const { result } = run(t, way, theirs, 'return', way.most)
      const [one] = pipes(t, 1)
      if (one === undefined) return t.fail('no pipe')
      const list = Array.from({ length: way.most }, () => one.writer)
      await pass(mine, bytesFor(way.text, way.most), list)
      one.closeWriter()
      const { fds, fdsTruncated } = await receive(t, mine)
      t.is(fds.length, way.most)
      t.false(fdsTruncated)
      const { open, came } = (await result()) as Told
      t.is(came, way.most)
      t.deepEqual([open[1] - open[0], open[2] - open[0]], [way.most, 0])
      t.is(one.read(), undefined)
      for (const fd of fds) fd.close()
      t.is(one.read(), '')
    })
  }

  test(`a Python program's descriptors in two lists of one ${type} message arrive as one`, async (t) => {
    const [mine, theirs] = pair(t, type)
    const { result } = start(t, 'passing.py', [theirs], ['array', 'send-twice', '3'])
    const { fds, fdsTruncated } = await receive(t, mine)
    t.is(fds.length, 6)
    t.false(fdsTruncated)
    await put(mine, 'received')
    await result()
  })
}
