// The wire as other languages speak it: the workers of examples/, in Python and in Rust.
import { execFileSync } from 'node:child_process'
import { closeSync, fstatSync, openSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Channel, type SocketType, spawn } from 'socketpair'
import { patterned } from './helpers/bytes.ts'
import { tended } from './helpers/children.ts'
import { rejects } from './helpers/failures.ts'
import { needs } from './helpers/needs.ts'
import { type ExecutionContext, test } from './helpers/test.ts'

const examples = (path: string) => fileURLToPath(new URL(`../examples/${path}`, import.meta.url))
const STDIO = ['ignore', 'ignore', 'inherit'] as const

function python(t: ExecutionContext, type: SocketType) {
  needs('python3')
  const worker = examples('channel-python/worker.py')
  const { socket, ended } = tended(t, {
    ...startOf(spawn('python3', ['-B', worker], { stdio: [...STDIO], socket: { type } })),
  })
  return { channel: new Channel(socket), ended }
}

function rust(t: ExecutionContext) {
  needs('cargo')
  const target = fileURLToPath(new URL('../target/channel-rust', import.meta.url))
  const manifest = examples('channel-rust/Cargo.toml')
  const options = ['--quiet', '--release', '--target-dir', target, '--manifest-path', manifest]
  execFileSync('cargo', ['build', ...options])
  execFileSync('cargo', ['test', ...options], { stdio: ['ignore', 'ignore', 'inherit'] })
  const { socket, ended } = tended(
    t,
    startOf(spawn(`${target}/release/channel-rust`, [], { stdio: [...STDIO] })),
  )
  return { channel: new Channel(socket), ended }
}

/** As `tended` takes it: the sockets by name. */
function startOf<R extends { child: unknown; socket: unknown }>(started: R) {
  return { ...started, sockets: { socket: started.socket } } as R & { sockets: never }
}

const SIZES = [0, 1, 3, 4, 100, 16_383, 16_384, 32_767, 32_768, 65_536, 200_000, 300_000, 2_000_000]

async function echoes(t: ExecutionContext, channel: Channel): Promise<void> {
  // More than the system's queues hold would have both sides wait for each other to read.
  const sending = (async () => {
    for (const size of SIZES) await channel.send(patterned(size, size + 1))
    for (let n = 0; n < 2000; n++) await channel.send(`message ${n}`)
  })()
  for (const size of SIZES) {
    t.true(patterned(size, size + 1).equals((await channel.recv()) as Buffer), `${size} bytes`)
  }
  let seen = 0
  while (seen < 2000) {
    for (const message of (await channel.recvMany()) as Buffer[]) {
      if (String(message) !== `message ${seen++}`) t.fail(`message ${seen - 1}`)
    }
  }
  await sending
}

async function answers(t: ExecutionContext, channel: Channel): Promise<void> {
  const words = Array.from({ length: 100 }, (_, n) => `question ${n}`)
  const all = await Promise.all(words.map((word) => channel.request(word)))
  t.deepEqual(
    all.map(String),
    words.map((word) => word.toUpperCase()),
  )
  const error = await rejects(t, channel.request(''), 'ERR_REQUEST_FAILED')
  t.is(error.message, 'an empty request')
}

for (const type of ['stream', 'seqpacket'] as const) {
  test(`Python speaks the wire of a channel, with descriptors, over ${type}`, async (t) => {
    const { channel, ended } = python(t, type)
    await echoes(t, channel)
    await answers(t, channel)
    const fd = openSync('/etc/passwd', 'r')
    for (const size of [0, 10, 20_000, 300_000]) {
      await channel.send('plain')
      await channel.send(patterned(size), { fds: [fd, fd] })
      t.is(String(await channel.recv()), 'plain')
      const message = await channel.recvMessage()
      t.is(message?.value.length, size)
      t.deepEqual(
        message?.fds.map((one) => fstatSync(one.fd).ino),
        [fd, fd].map((n) => fstatSync(n).ino),
      )
      for (const one of message?.fds ?? []) one.close()
    }
    closeSync(fd)
    await channel.close()
    t.is((await ended).code, 0)
  })
}

test('Rust speaks the wire of a channel', async (t) => {
  const { channel, ended } = rust(t)
  await echoes(t, channel)
  await answers(t, channel)
  await channel.close()
  t.is((await ended).code, 0)
})
