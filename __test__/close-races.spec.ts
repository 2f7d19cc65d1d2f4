// close() and detach() at any moment, with operations pending in any number: each is told, no number that
// belongs to somebody else by now is touched.

import { closeSync } from 'node:fs'
import test from 'ava'
import {
  type DatagramSocket,
  type SeqpacketSocket,
  Socket,
  StreamSocket,
  socketpair,
} from 'socketpair'
import { fill, readAll } from './helpers/bytes.js'
import { guardDescriptors } from './helpers/descriptor-guard.js'
import { codes, rejection } from './helpers/rejection.js'

guardDescriptors(test)

const turn = () => new Promise((resolve) => setImmediate(resolve))
const types = ['stream', 'dgram', 'seqpacket'] as const
type Messages = DatagramSocket | SeqpacketSocket

const receive = (end: StreamSocket | Messages) =>
  end instanceof StreamSocket ? end.read(Buffer.alloc(8)) : end.recvInto(Buffer.alloc(8))
const send = (end: StreamSocket | Messages) =>
  end instanceof StreamSocket ? end.write('waiting') : end.send('waiting')
function sendUntilFull(end: StreamSocket | Messages): void {
  if (end instanceof StreamSocket) fill(end)
  else while (end.trySend('full') !== undefined);
}
/** Ends a Socket by either method. */
const endings = {
  'close()': (end: Socket) => end.close(),
  'detach()': (end: Socket) => closeSync(end.detach()),
}

for (const type of types) {
  for (const [how, finish] of Object.entries(endings)) {
    for (const armed of [false, true]) {
      const when = armed ? 'after they began to wait' : 'in the same turn'
      test.serial(
        `${how} of a ${type} end cancels hundreds of operations in both directions, ${when}`,
        async (t) => {
          const [here, there] = socketpair(type as 'stream') as [StreamSocket | Messages, Socket]
          sendUntilFull(here)
          const operations = Array.from({ length: 800 }, (_, i) =>
            i % 2 ? receive(here) : send(here),
          )
          if (armed) await turn()
          finish(here)
          t.is(here.fd, -1)
          t.true(here.closed)
          t.deepEqual(
            await codes(operations),
            Array.from({ length: 800 }, () => 'ECANCELED'),
          )
          t.is((await rejection(receive(here))).code, 'EBADF')
          t.is((await rejection(send(here))).code, 'EBADF')
          here.close()
          there.close()
        },
      )
    }

    test.serial(
      `${how} of a ${type} end from the continuation of one of its operations cancels the others`,
      async (t) => {
        const [here, there] = socketpair(type as 'stream') as [
          StreamSocket | Messages,
          StreamSocket | Messages,
        ]
        const first = receive(here).then(() => finish(here))
        const others = Array.from({ length: 300 }, () => receive(here))
        const outcome = codes(others)
        // Enough for several of them: those that were served before the continuation ran have settled well.
        for (let i = 0; i < 3; i++) await send(there)
        await first
        const told = await outcome
        t.true(told.every((code) => code === undefined || code === 'ECANCELED'))
        t.is(told.at(-1), 'ECANCELED')
        there.close()
      },
    )
  }
}

test.serial(
  'an end can be closed from the handler of its own cancellation, and again',
  async (t) => {
    const [here, there] = socketpair()
    const handled = here.read(Buffer.alloc(1)).catch(() => {
      here.close()
      there.close()
      return 'handled'
    })
    here.close()
    t.is(await handled, 'handled')
  },
)

test.serial(
  'a number that is in use again right after close() belongs to its new end alone',
  async (t) => {
    for (let round = 0; round < 300; round++) {
      const [old, oldPeer] = socketpair()
      const fd = old.fd
      const cancelled = [
        rejection(old.read(Buffer.alloc(8))),
        rejection(old.write(Buffer.alloc(1 << 20))),
      ]
      if (round % 2) await turn()
      // Readiness of the old end may be on its way when its number is given to another.
      oldPeer.tryWrite('for the old one')
      oldPeer.close()
      old.close()
      const [here, there] = socketpair()
      t.is(here.fd, fd)
      const buffer = Buffer.alloc(16)
      const read = here.read(buffer)
      for (const error of await Promise.all(cancelled)) t.is(error.code, 'ECANCELED')
      await turn()
      t.is(here.bytesRead, 0)
      await there.write('for the new one')
      t.is(await read, 15)
      t.is(buffer.toString('latin1', 0, 15), 'for the new one')
      old.close()
      here.close()
      there.close()
    }
  },
)

test.serial(
  'thousands of ends come and go under the same numbers while operations wait',
  async (t) => {
    // More than the generations that one place in the addon's table counts.
    const [kept, keptPeer] = socketpair()
    const waiting = kept.read(Buffer.alloc(4))
    for (let round = 0; round < 1500; round++) {
      const [here, there] = socketpair(types[round % 3] as 'stream') as [
        StreamSocket | Messages,
        StreamSocket | Messages,
      ]
      const cancelled = codes([receive(here), receive(here)])
      if (round % 3 === 0) here.close()
      else if (round % 3 === 1) closeSync(here.detach())
      else {
        await send(there)
        here.close()
      }
      there.close()
      t.is((await cancelled)[1], 'ECANCELED')
    }
    await keptPeer.write('kept')
    t.is(await waiting, 4)
    kept.close()
    keptPeer.close()
  },
)

test.serial(
  'an end goes from one Socket to another by its number again and again, and no byte is lost',
  async (t) => {
    let [here, there] = socketpair()
    for (let round = 0; round < 200; round++) {
      const before = here.bytesRead
      const outcome = codes([here.read(Buffer.alloc(8))])
      if (round % 2) await turn()
      await there.write(`${1000 + round}`)
      // Whether the bytes were there before the end moved on is not known here: both are fine.
      const fd = here.detach()
      const landed = here.bytesRead - before
      here = Socket.fromFd(fd) as StreamSocket
      t.deepEqual(await outcome, [landed === 0 ? 'ECANCELED' : undefined])
      if (landed === 0) t.is((await readAll(here, 4)).toString(), `${1000 + round}`)
    }
    here.close()
    there.close()
  },
)

for (const type of types) {
  test.serial(
    `a ${type} end can be closed while the other floods it, and the flood is told`,
    async (t) => {
      for (let round = 0; round < 30; round++) {
        const [here, there] = socketpair(type as 'stream') as [
          StreamSocket | Messages,
          StreamSocket | Messages,
        ]
        const flood = (async () => {
          for (;;) await send(there)
        })()
        const told = rejection(flood)
        for (let i = 0; i < round; i++) await receive(here)
        if (round % 2) await turn()
        here.close()
        const { code = '' } = await told
        t.true(['EPIPE', 'ECONNRESET', 'ECONNREFUSED', 'ENOTCONN'].includes(code), code)
        there.close()
      }
    },
  )

  test.serial(
    `a ${type} end that floods can be closed in the middle, and its peer stays usable`,
    async (t) => {
      const [here, there] = socketpair(type as 'stream') as [
        StreamSocket | Messages,
        StreamSocket | Messages,
      ]
      const flood = (async () => {
        for (;;) await send(there)
      })()
      const told = rejection(flood)
      for (let i = 0; i < 100; i++) await receive(here)
      there.close()
      t.true(['ECANCELED', 'EBADF'].includes((await told).code))
      // What was sent is still there.
      t.truthy(await receive(here))
      here.close()
    },
  )
}

test.serial('both ends can be closed at once while both are flooded', async (t) => {
  for (let round = 0; round < 50; round++) {
    const pair = socketpair()
    const loops = pair.flatMap((end) => [
      (async () => {
        for (;;) await end.write(Buffer.alloc(50_000))
      })(),
      (async () => {
        const buffer = Buffer.alloc(50_000)
        while ((await end.read(buffer)) > 0);
      })(),
    ])
    const outcome = codes(loops)
    for (let i = 0; i < round % 5; i++) await turn()
    for (const end of pair) end.close()
    const allowed = new Set([undefined, 'ECANCELED', 'EBADF', 'EPIPE', 'ECONNRESET'])
    t.true((await outcome).every((code) => allowed.has(code)))
  }
})

test.serial(
  'a descriptor closed behind the back of its Socket harms nobody who has its number then',
  async (t) => {
    const [here, there] = socketpair()
    const cancelled = rejection(here.read(Buffer.alloc(1)))
    const { fd } = here
    closeSync(fd)
    const [stranger, other] = socketpair()
    t.is(stranger.fd, fd)
    const read = stranger.read(Buffer.alloc(4))
    here.close()
    t.is((await cancelled).code, 'ECANCELED')
    await other.write('safe')
    t.is(await read, 4)
    for (const end of [stranger, other, there]) end.close()
  },
)
