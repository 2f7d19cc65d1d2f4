// K14: an end has no name and can't be opened again. What the package does to tell an empty message
// from the end must not show there, nor on an end that is given away.
import { Socket } from 'socketpair'
import { put, take } from './helpers/io.ts'
import { needs } from './helpers/needs.ts'
import { closeAfter, MESSAGE_TYPES, pair, TYPES } from './helpers/pairs.ts'
import { report, start } from './helpers/programs.ts'
import { test } from './helpers/test.ts'

const NAMELESS = {
  name: '',
  peer: '',
  passCredentials: 0,
  mode: '0o777',
  size: 0,
  open: 'ENXIO',
  seek: 'ESPIPE',
  pread: 'ESPIPE',
}

/** What must hold while an end is still ours: whether it asks for credentials is its own affair. */
const { passCredentials: _, ...NAMELESS_OURS } = NAMELESS

function ours(seen: unknown): object {
  const { passCredentials: __, ...rest } = seen as typeof NAMELESS
  return rest
}

for (const type of TYPES) {
  test(`K14 the ends of a new ${type} pair are nameless and can't be opened again`, (t) => {
    needs('python3')
    t.deepEqual(report('names.py', pair(t, type)), [NAMELESS, NAMELESS])
  })

  test(`K14 the ends of a ${type} pair stay nameless whatever order they receive and send in`, async (t) => {
    needs('python3')
    const [a, b] = pair(t, type)
    for (let round = 0; round < 3; round++) {
      const waiting = take(b)
      await put(a, 'x')
      await waiting
      await put(b, 'y')
      await take(a)
      await put(b, 'z')
      // Both have something queued and a receive behind them, and send once more.
      await put(a, 'w')
      const seen = report('names.py', [a, b]) as unknown[]
      t.deepEqual(seen.map(ours), [NAMELESS_OURS, NAMELESS_OURS])
      await take(a)
      await take(b)
    }
  })

  test(`K14 a ${type} end that is given away unused never asked for credentials`, async (t) => {
    needs('python3')
    const [mine, theirs] = pair(t, type)
    await put(mine, 'x')
    const waiting = take(mine)
    const { result } = start(t, 'echo-and-describe.py', [theirs])
    t.is(await waiting, 'x')
    t.deepEqual(await result(), { ...NAMELESS, peer: '' })
  })

  test(`K14 a ${type} end that sent before it was given away shows nothing of it`, async (t) => {
    needs('python3')
    const [a, b] = pair(t, type)
    await put(b, 'sent')
    t.deepEqual((report('names.py', [b, a]) as unknown[])[0], NAMELESS)
  })

  test(`K14 a ${type} end that has received is as it was when it is detached`, async (t) => {
    needs('python3')
    const [a, b] = pair(t, type)
    const waiting = take(b)
    await put(a, 'x')
    await waiting
    await put(b, 'y')
    await take(a)
    const again = [Socket.fromFd(a.detach()), Socket.fromFd(b.detach())]
    closeAfter(t, ...again)
    t.deepEqual(report('names.py', again), [NAMELESS, NAMELESS])
  })

  test(`K14 a ${type} end whose receive still waits is as it was when it is detached`, async (t) => {
    needs('python3')
    const [a, b] = pair(t, type)
    const waiting = t.throwsAsync(take(b), { code: 'ECANCELED' })
    const again = Socket.fromFd(b.detach())
    closeAfter(t, again)
    await waiting
    t.deepEqual(report('names.py', [again, a]), [NAMELESS, NAMELESS])
  })
}

for (const type of MESSAGE_TYPES) {
  test(`K14 ${type} messages carry no address and no control data, however much their sender receives`, async (t) => {
    needs('python3')
    const [mine, theirs] = pair(t, type)
    await theirs.send('before')
    await mine.recv()
    await mine.send('one')
    const waiting = mine.recv()
    await mine.send('')
    await mine.sendv(['t', 'wo'])
    await mine.sendMany([Buffer.from('three'), Buffer.from('four')])
    await theirs.send('after')
    await waiting
    const plain = { control: 0, flags: 0, address: '' }
    t.deepEqual(report('received-from.py', [theirs], ['5']), [
      { data: 'one', ...plain },
      { data: '', ...plain },
      { data: 'two', ...plain },
      { data: 'three', ...plain },
      { data: 'four', ...plain },
    ])
  })
}
