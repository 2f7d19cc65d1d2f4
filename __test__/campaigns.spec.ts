// What a campaign prints and exits with: its parts are others' concern.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { test } from './helpers/test.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Runs a campaign of these parts, as JavaScript; gives its exit status and the lines of both outputs. */
async function run(parts: string, ...options: string[]) {
  const source = `
    import { campaign } from './campaigns/shared/campaign.js'
    import { Fault } from './campaigns/shared/fault.js'
    const good = (name) => ({ name, run: async ({ figures }) => figures.add('rounds', 2000) })
    await campaign('fuzz', [${parts}])
  `
  const args = ['--input-type=module', '--eval', source, '--', ...options]
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  const said = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text) => (said[0] += text))
  child.stderr.setEncoding('utf8').on('data', (text) => (said[1] += text))
  const status = await new Promise((resolve) => child.once('close', resolve))
  const [out = [], err = []] = said.map((text) => text.trim().split('\n'))
  return { status, last: out.at(-1) ?? '', out, err }
}

test('the last line of a campaign has its figures, and names what it skips', async (t) => {
  const lacking = "{ ...good('b'), lacks: () => 'a compiler' }"
  const { status, last } = await run(`good('a'), ${lacking}`, '--seed', '5', '--seconds', '1')
  t.is(status, 0)
  t.regex(
    last,
    /^fuzz: 1 passed, 0 failed, 1 skipped: b \(needs a compiler\); seed 5, \d s; a rounds 2,000$/,
  )
})

test('a fault ends a campaign with 1, and with the command that repeats it', async (t) => {
  const bad = "{ name: 'b', counts: true, async run() { throw new Fault('wrong', 77, 'tokio') } }"
  const { status, last, err } = await run(`good('a'), ${bad}, good('c')`, '--seed', '5')
  t.is(status, 1)
  t.true(err.includes('b: wrong'))
  t.is(
    err.at(-1),
    'Repeat: SOCKETPAIR_READINESS=tokio npm run fuzz -- --only b --seed 77 --rounds 1 --trace',
  )
  t.regex(last, /^fuzz: 1 passed, 1 failed; seed 5/)
})

test('a part is chosen by its name', async (t) => {
  const chosen = await run("good('a'), good('b')", '--only', 'b')
  t.is(chosen.status, 0)
  t.regex(chosen.last, /^fuzz: 1 passed, 0 failed; seed \d+, \d s; b rounds 2,000$/)
  t.not((await run("good('a')", '--only', 'x')).status, 0)
})
