// What docs/channel-protocol.md says of traffic that is no channel's: which of it is found out, and how.
import { Channel } from 'socketpair'
import { rejects } from './helpers/failures.ts'
import { pair } from './helpers/pairs.ts'
import { test } from './helpers/test.ts'

const FOUND_OUT = {
  ERR_BAD_FRAME: [
    'POST / HTTP/1.1\r\n\r\n',
    'HEAD / HTTP/1.1\r\n\r\n',
    'HTTP/1.1 200 OK\r\n\r\n',
    'EHLO example.org\r\n',
    'abc@',
    '{"a{',
    'a\u00E9\u00E9',
    Buffer.from([0xff, 0xff, 0xff, 0xff]),
    Buffer.from([1, 0, 0, 0xc0]),
    // An extended header whose kind, or whose zero, is wrong.
    Buffer.from([1, 0, 0, 0x80, 0, 0, 4, 0, 0, 0, 0, 0]),
    Buffer.from([1, 0, 0, 0x83, 0, 0, 1, 1, 0, 0, 0, 0]),
  ],
  ERR_MESSAGE_TOO_LARGE: [
    'GET / HTTP/1.1\r\n\r\n',
    'PUT / HTTP/1.1\r\n\r\n',
    'PRI * HTTP/2.0\r\n\r\n',
    'SSH-2.0-OpenSSH\r\n',
    '220 example.org ESMTP\r\n',
    Buffer.from([1, 0, 0, 4]),
    Buffer.from([0, 0, 0, 0x3f]),
    Buffer.from([1, 0, 0, 0x84]),
    Buffer.from([0, 0, 0, 0xbf]),
  ],
} as const

for (const [code, all] of Object.entries(FOUND_OUT)) {
  test(`other traffic is ${code} at once`, async (t) => {
    for (const bytes of all) {
      const [a, b] = pair(t, 'stream')
      await b.write(bytes)
      const channel = new Channel(a)
      await rejects(t, channel.recv(), code)
      t.is(await channel.recv(), null)
      await t.throwsAsync(b.write('x'), { code: 'EPIPE' })
    }
  })
}

test('other traffic that looks like a length is waited for, and its end is told', async (t) => {
  for (const bytes of [
    Buffer.from([0x16, 3, 1, 2, 0, 1]),
    Buffer.from([1, 0, 0, 3]),
    Buffer.from('GE'),
  ]) {
    const [a, b] = pair(t, 'stream')
    await b.write(bytes)
    const channel = new Channel(a)
    await rejects(t, channel.recv({ timeout: 0 }), 'ETIMEDOUT')
    b.close()
    await rejects(t, channel.recv(), 'ERR_UNEXPECTED_EOF')
    t.is(await channel.recv(), null)
  }
})

test('with a limit above its length not even GET is found out', async (t) => {
  for (const [most, code] of [
    [0x2054_4546, 'ERR_MESSAGE_TOO_LARGE'],
    [0x2054_4547, 'ETIMEDOUT'],
  ] as const) {
    const [a, b] = pair(t, 'stream')
    await b.write('GET / HTTP/1.1\r\n\r\n')
    await rejects(t, new Channel(a, { maxMessageBytes: most }).recv({ timeout: 0 }), code)
  }
})

for (const type of ['seqpacket', 'dgram'] as const) {
  test(`other traffic is found out at once over ${type}`, async (t) => {
    for (const bytes of [...FOUND_OUT.ERR_BAD_FRAME, ...FOUND_OUT.ERR_MESSAGE_TOO_LARGE, 'x']) {
      const [a, b] = pair(t, type)
      await b.send(bytes)
      const error = await t.throwsAsync(new Channel(a).recv({ timeout: 0 }))
      const { code } = error as Error & { code: string }
      t.true(
        code === 'ERR_BAD_FRAME' || code === 'ERR_MESSAGE_TOO_LARGE',
        `${code}: ${String(bytes)}`,
      )
    }
  })
}

test('a peer without a handler refuses a request when it receives, and not before', async (t) => {
  const [a, b] = pair(t, 'stream')
  const [asking, silent] = [new Channel(a, { codec: 'json' }), new Channel(b, { codec: 'json' })]
  await rejects(t, asking.request('x', { timeout: 20 }), 'ETIMEDOUT')
  const asked = rejects(t, asking.request('y'), 'ERR_REQUEST_FAILED')
  const received = silent.recv()
  t.is((await asked).message, 'the peer has no onRequest() handler')
  await asking.send('a message')
  t.is(await received, 'a message')
})
