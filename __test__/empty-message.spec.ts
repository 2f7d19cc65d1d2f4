// An empty message is a message, never end-of-file, whatever happened around it.
import { MessageBatch, type SeqpacketSocket, Socket } from 'socketpair'
import { closeAfter, MESSAGE_TYPES, pair } from './helpers/pairs.ts'
import { report } from './helpers/programs.ts'
import { type ExecutionContext, test } from './helpers/test.ts'

type Seen = string | null | undefined

/** The ways to receive a message: its text, null for the end, undefined for nothing yet. */
const WAYS: Record<string, (end: SeqpacketSocket) => Promise<Seen> | Seen> = {
  recv: async (end) => textOf(await end.recv()),
  'recv with a size': async (end) => textOf(await end.recv({ maxBytes: 8 })),
  'recv after a peek': async (end) => {
    const peeked = textOf(await end.recv({ peek: true }))
    const taken = textOf(await end.recv())
    return peeked === taken ? taken : `peeked ${peeked} and took ${taken}`
  },
  recvInto: async (end) => {
    const buffer = Buffer.alloc(8)
    const info = await end.recvInto(buffer)
    return info && buffer.toString('latin1', 0, info.bytesRead)
  },
  tryRecv: (end) => {
    const buffer = Buffer.alloc(8)
    const info = end.tryRecv(buffer)
    return info && buffer.toString('latin1', 0, info.bytesRead)
  },
  recvMany: async (end) => {
    const batch = new MessageBatch({ maxMessages: 1 })
    return (await end.recvMany(batch)) === 0 ? null : Buffer.from(batch.message(0)).toString()
  },
}

function textOf(message: { data: Buffer } | null): Seen {
  return message && message.data.toString()
}

/** Receives until the end, and twice more: it is an end for good. */
async function receiveAll(
  end: SeqpacketSocket,
  way: (end: SeqpacketSocket) => Promise<Seen> | Seen,
) {
  const seen: Seen[] = []
  do seen.push(await way(end))
  while (seen.at(-1) !== null && seen.length < 20)
  return [...seen, await way(end), await way(end)]
}

const END = [null, null, null]

/** What `peer` does before `end` receives, and what must be seen. */
const EVENTS: Record<string, [(peer: SeqpacketSocket, end: SeqpacketSocket) => unknown, Seen[]]> = {
  'an empty message, then the peer closes': [
    async (peer) => {
      await peer.send('')
      peer.close()
    },
    ['', ...END],
  ],
  'empty messages between others, then the peer closes': [
    async (peer) => {
      for (const text of ['', 'a', '', '', 'b', '']) await peer.send(text)
      peer.close()
    },
    ['', 'a', '', '', 'b', '', ...END],
  ],
  'an empty message, then the peer shuts its writing side': [
    async (peer) => {
      await peer.send('')
      peer.shutdown('write')
    },
    ['', ...END],
  ],
  'an empty message, then the peer shuts both sides': [
    async (peer) => {
      await peer.send('')
      peer.shutdown('both')
    },
    ['', ...END],
  ],
  'an empty message, then the own reading side is shut': [
    async (peer, end) => {
      await peer.send('')
      end.shutdown('read')
    },
    ['', ...END],
  ],
  'only the peer closes': [(peer) => peer.close(), END],
  'only the peer shuts its writing side': [(peer) => peer.shutdown('write'), END],
  'the end sends before it receives': [
    async (peer, end) => {
      await end.send('')
      await end.send('x')
      await peer.send('')
      await peer.recv()
      await peer.recv()
      peer.close()
    },
    ['', ...END],
  ],
  'the end receives, sends, then receives': [
    async (peer, end) => {
      await peer.send('')
      await end.recv()
      await end.send('')
      await peer.recv()
      await peer.send('')
      await end.send('x')
      await peer.recv()
      peer.close()
    },
    ['', ...END],
  ],
}

for (const [name, way] of Object.entries(WAYS)) {
  for (const [events, [happen, expected]] of Object.entries(EVENTS)) {
    test(`K22 seqpacket, ${name}: ${events}`, async (t) => {
      const [end, peer] = pair(t, 'seqpacket')
      await happen(peer, end)
      t.deepEqual(await receiveAll(end, way), expected)
    })
  }

  if (name === 'tryRecv') continue

  test(`K22 seqpacket, ${name}: a waiting receive tells an empty message from the end`, async (t) => {
    const [end, peer] = pair(t, 'seqpacket')
    const first = way(end)
    await peer.send('')
    t.is(await first, '')
    const second = way(end)
    await end.send('')
    await peer.send('')
    t.is(await second, '')
    const third = way(end)
    peer.close()
    t.is(await third, null)
  })
}

for (const [name, way] of Object.entries(WAYS)) {
  test(`K22 seqpacket, ${name}: an empty message after our messages were left unread`, async (t) => {
    const [end, peer] = pair(t, 'seqpacket')
    await end.send('unread')
    await peer.send('')
    peer.close()
    // Seqpacket tells of the reset before what is queued.
    const error = await caught(t, end)
    t.is(error, 'ECONNRESET')
    t.deepEqual(await receiveAll(end, way), ['', ...END])
  })
}

async function caught(t: ExecutionContext, end: SeqpacketSocket): Promise<unknown> {
  const error = await t.throwsAsync(end.recv())
  return (error as NodeJS.ErrnoException).code
}

for (const type of MESSAGE_TYPES) {
  test(`K22 a foreign program's empty ${type} messages are messages`, async (t) => {
    const [end, theirs] = pair(t, type)
    report('send-messages.py', [theirs], ['', 'x', ''])
    theirs.close()
    for (const expected of ['', 'x', '']) t.is(textOf(await end.recv()), expected)
    if (type === 'seqpacket') t.is(await end.recv(), null)
    else t.is(end.tryRecv(Buffer.alloc(1)), undefined)
  })
}

test('K22 seqpacket: an end that was detached and adopted tells empty messages from the end', async (t) => {
  const [end, peer] = pair(t, 'seqpacket')
  await peer.send('')
  t.is(textOf(await end.recv()), '')
  await peer.send('')
  const adopted = Socket.fromFd(end.detach()) as SeqpacketSocket
  closeAfter(t, adopted)
  peer.close()
  t.is(textOf(await adopted.recv()), '')
  t.is(await adopted.recv(), null)
})

test('K22 datagrams: empty messages are messages also after the end was shut', async (t) => {
  const [end, peer] = pair(t, 'dgram')
  await peer.send('')
  await peer.send('x')
  await peer.send('')
  end.shutdown('read')
  for (const expected of ['', 'x', '']) t.is(textOf(await end.recv()), expected)
  t.is(await end.recv(), null)
  t.is(await end.recv(), null)
})
