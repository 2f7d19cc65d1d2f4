// The sessions in docs/command-line.md and the examples of the help: each comes to its end, and a session
// prints what the page shows.
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { CLI } from './helpers/command-line.ts'
import { needs } from './helpers/needs.ts'
import { temporaryDirectory } from './helpers/temporary.ts'
import { type ExecutionContext, test } from './helpers/test.ts'

const page = readFileSync(new URL('../docs/command-line.md', import.meta.url), 'utf8')

/** Each line after a `$`, with the lines that it prints. */
const sessions = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].flatMap(([, block = '']) =>
  block
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [line = '', ...printed] = part.split('\n')
      return { line, printed: printed.join('\n') }
    }),
)

test('there are sessions', (t) => {
  t.true(sessions.length >= 8)
})

/** A new folder in which `socketpair` is a command, and how it is run there. */
function place(t: ExecutionContext) {
  const folder = temporaryDirectory(t)
  symlinkSync(CLI, path.join(folder, 'socketpair'))
  const { PATH = '', ...env } = process.env
  const run = (line: string, input = '') => {
    const { status, signal, stdout } = spawnSync('sh', ['-c', `exec 2>&1\n${line}`], {
      cwd: folder,
      env: { ...env, NODE_OPTIONS: '', PATH: `${folder}:${PATH}` },
      encoding: 'utf8',
      input,
      timeout: 50_000,
    })
    return { status, signal, stdout }
  }
  return { folder, run }
}

for (const { line, printed } of sessions) {
  test(`prints what the page shows: ${line}`, (t) => {
    if (line.includes('python3')) needs('python3')
    t.is(place(t).run(line).stdout, printed)
  })
}

const NAMES = ['connect', 'run', 'doctor', 'bench', 'completion']
const examples = NAMES.flatMap((name) => {
  const help = execFileSync(process.execPath, [CLI, name, '--help'], {
    env: { ...process.env, NODE_OPTIONS: '' },
    encoding: 'utf8',
  })
  return help.split('\nExamples:\n')[1]?.trimEnd().split('\n') ?? []
})

/** What the examples name, and no system has. */
const programs = {
  // To the host that is this one.
  ssh: 'shift\nexec "$@"',
  engine: 'echo question\nread asked\necho "engine got: $asked" >&2',
  client: 'echo question\nread answer\necho "client got: $answer" >&2',
  server: `end=\${SOCKETPAIR_FD:-0}
question=$(dd bs=100 count=1 <&$end 2>/dev/null)
echo "answer to $question" >&$end`,
}

/** More than the kernel holds between two programs. */
const image = Buffer.alloc(20_000_000, 'image')

/** What an example has left behind or printed at its end, where that is more than a status. */
const outcomes: Record<string, (t: ExecutionContext, stdout: string, folder: string) => void> = {
  'socketpair connect -- ssh host engine -- ./engine': (t, stdout) => {
    t.is(stdout, 'engine got: question\nengine got: question\n')
  },
  'socketpair connect --meter -- cat disk.img -- sh -c "gzip > disk.img.gz"': (
    t,
    stdout,
    folder,
  ) => {
    t.regex(stdout, /^1>2 20\.0 MB, .* 2>1 0 B, /)
    t.true(gunzipSync(readFileSync(path.join(folder, 'disk.img.gz'))).equals(image))
  },
  'socketpair connect --tee talk.txt -- ./client -- ./server': (t, stdout, folder) => {
    t.is(stdout, 'client got: answer to question\n')
    t.true(readFileSync(path.join(folder, 'talk.txt'), 'utf8').includes('\nanswer to question\n'))
  },
  'socketpair run -- sort < names.txt': (t, stdout) => t.is(stdout, 'Ada\nGrace\n'),
  'socketpair run --type seqpacket --fd 3 -- ./server': (t, stdout) => {
    t.is(stdout, 'answer to question\n')
  },
}

test('there are examples, and none of those that are known was renamed', (t) => {
  t.true(examples.length >= 9)
  for (const line of Object.keys(outcomes)) t.true(examples.includes(`  ${line}`), line)
})

for (const line of examples.map((example) => example.trim())) {
  test(`comes to its end: ${line}`, (t) => {
    const { folder, run } = place(t)
    for (const [name, script] of Object.entries(programs)) {
      writeFileSync(path.join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
    }
    writeFileSync(path.join(folder, 'names.txt'), 'Grace\nAda\n')
    writeFileSync(path.join(folder, 'disk.img'), image)
    // The last of an option counts; twenty rounds would take minutes.
    const shortened = line.includes('bench') ? `${line} --rounds 1 --time 10` : line
    const { stdout, ...ending } = run(shortened, 'question\n')
    t.deepEqual(ending, { status: 0, signal: null }, stdout)
    outcomes[line]?.(t, stdout, folder)
  })
}
