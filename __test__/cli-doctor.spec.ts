// `socketpair doctor`: what it says is so.
import { release } from 'node:os'
import { constants, socketpair, supported } from 'socketpair'
import { runCli } from './helpers/command-line.ts'
import { test } from './helpers/test.ts'

interface Diagnosis {
  versions: Record<string, string>
  readiness: string
  types: Record<string, Record<string, number | boolean | string>>
  flags: Record<string, boolean>
  limits: Record<string, number | string>
}

test('--json tells versions, readiness, types, flags and limits', async (t) => {
  const { code, stdout, stderr } = await runCli(t, ['doctor', '--json'])
  t.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  const { versions, readiness, types, flags, limits } = JSON.parse(stdout) as Diagnosis
  t.is(versions['node'], process.versions.node)
  t.is(versions['kernel'], release())
  t.is(readiness, supported.readiness)
  t.deepEqual(Object.keys(types), ['stream', 'dgram', 'seqpacket'])
  t.is(flags['SOCK_CLOEXEC'], constants.SOCK_CLOEXEC !== undefined)
  t.true(Number(limits['openFiles']) > 0)
})

test('each type is as it is said to be', async (t) => {
  const { types } = JSON.parse((await runCli(t, ['doctor', '--json'])).stdout) as Diagnosis
  for (const type of ['dgram', 'seqpacket'] as const) {
    const told = types[type] ?? {}
    const [here, there] = socketpair(type)
    t.teardown(() => [here, there].forEach((end) => end.close()))
    t.is(told['sendBufferSize'], here.sendBufferSize)
    t.is(told['recvBufferSize'], here.recvBufferSize)

    const largest = Number(told['largestMessage'])
    await here.send(new Uint8Array(largest))
    t.is((await there.recv())?.data.length, largest)
    await t.throwsAsync(here.send(new Uint8Array(largest + 1)), { code: 'EMSGSIZE' })

    here.sendBufferSize = 0x7fff_ffff
    t.is(told['largestSendBufferSize'], here.sendBufferSize)
    const larger = Number(told['largestMessageWithLargestBuffer'])
    await here.send(new Uint8Array(larger))
    t.is((await there.recv())?.data.length, larger)
    await t.throwsAsync(here.send(new Uint8Array(larger + 1)))

    const most = Number(told['descriptors'])
    await here.send('x', { fds: new Array<number>(most).fill(0) })
    t.is((await there.recv({ maxFds: 0 }))?.bytesRead, 1)
    await t.throwsAsync(here.send('x', { fds: new Array<number>(most + 1).fill(0) }))

    const [first, second] = socketpair(type)
    t.teardown(() => [first, second].forEach((end) => end.close()))
    let count = 0
    while (first.trySend('x') !== undefined) count++
    t.is(told['queue'], count)
  }
})

test('without --json it is a table for a person', async (t) => {
  const { code, stdout, stderr } = await runCli(t, ['doctor'])
  t.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  for (const title of ['Versions', 'Readiness', 'Types', 'Flags of socketpair(2)', 'Limits']) {
    t.true(stdout.includes(`${title}\n`), title)
  }
  t.regex(stdout, /^ {2}supported +yes +yes +yes$/m)
  t.regex(stdout, /^ {2}largest message, bytes +- +[\d,]+ +[\d,]+$/m)
})

test('readiness is the one in use', async (t) => {
  const env = { SOCKETPAIR_READINESS: 'tokio' }
  const { stdout } = await runCli(t, ['doctor', '--json'], { env })
  t.is((JSON.parse(stdout) as Diagnosis).readiness, 'tokio')
})
