// `socketpair bench`: a short form of the benchmark, on the user's machine.
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { runCli } from './helpers/command-line.ts'
import { temporaryDirectory } from './helpers/temporary.ts'
import { test } from './helpers/test.ts'

const QUICK = ['bench', '--rounds', '1', '--time', '20']

interface Results {
  machine: { node: string }
  rounds: number
  rows: { name: string; unit: string; better: string; figures: Record<string, number[]> }[]
}

test('the table and the chart have this package, net.Socket and C', async (t) => {
  const folder = temporaryDirectory(t)
  const { code, stdout, stderr } = await runCli(t, QUICK, { env: { TMPDIR: folder } })
  const text = Buffer.from(stdout, 'latin1').toString()
  t.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  t.regex(text, /^ +unit +socketpair +net\.Socket +C +times net\.Socket +times C$/m)
  t.regex(text, /^stream, 64 KiB writes +MB\/s( +[\d.,]+){5}$/m)
  t.regex(text, /^seqpacket, 64 B, one by one +1000\/s +[\d.,]+ +- +[\d.,]+ +- +[\d.,]+$/m)
  t.regex(text, /^round trip, 64 B +µs( +[\d.,]+){5}$/m)
  t.is(text.match(/^ {2}socketpair +[█▏▎▍▌▋▊▉]+ [\d.,]+$/gm)?.length, 3, text)
  // What was compiled is gone.
  t.deepEqual(readdirSync(folder), [])
})

test('--json has every figure of every round', async (t) => {
  const { code, stdout } = await runCli(t, ['bench', '-r', '2', '--time', '20', '--json'])
  t.is(code, 0)
  const { machine, rounds, rows } = JSON.parse(stdout) as Results
  t.deepEqual([machine.node, rounds, rows.length], [process.versions.node, 2, 3])
  for (const { figures } of rows) {
    for (const values of Object.values(figures)) {
      t.is(values.length, 2)
      t.true(values.every((value) => value > 0))
    }
  }
})

test('without a compiler it goes on without C and says so', async (t) => {
  const folder = path.join(temporaryDirectory(t), 'bin')
  mkdirSync(folder)
  symlinkSync(process.execPath, path.join(folder, 'node'))
  const { code, stdout } = await runCli(t, QUICK, { env: { PATH: folder } })
  t.is(code, 0)
  t.regex(stdout, /\nWithout C: there is no C compiler \(cc\)\.\n/)
})
