// Node's own tools for streams, over toDuplex().
import { createInterface } from 'node:readline'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { patterned } from './helpers/bytes.ts'
import { duplexPair, textFrom } from './helpers/duplexes.ts'
import { test } from './helpers/test.ts'
import { until } from './helpers/until.ts'

test('readline gives its lines', async (t) => {
  const [a, b] = duplexPair(t)
  a.write('one\ntw')
  a.end('o\nthree')
  const lines: string[] = []
  for await (const line of createInterface({ input: b, output: b })) lines.push(line)
  t.deepEqual(lines, ['one', 'two', 'three'])
})

test('zlib packs and unpacks at the two ends', async (t) => {
  const [a, b] = duplexPair(t)
  const body = patterned(1_000_000)
  const chunks: Buffer[] = []
  await Promise.all([
    pipeline([body], createGzip(), a),
    pipeline(b, createGunzip(), async (source: AsyncIterable<Buffer>) => {
      for await (const chunk of source) chunks.push(chunk)
    }),
  ])
  t.true(Buffer.concat(chunks).equals(body))
})

test('a pipeline from a socket through a transform back into it echoes', async (t) => {
  const [a, b] = duplexPair(t)
  const echoing = pipeline(
    b,
    new Transform({
      transform: (chunk: Buffer, _encoding, done) => done(null, String(chunk).toUpperCase()),
      flush: (done) => done(null, '!'),
    }),
    b,
  )
  a.end('quiet')
  t.is(await textFrom(a), 'QUIET!')
  await echoing
  await until(() => a.destroyed && b.destroyed)
})
