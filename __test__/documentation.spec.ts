// What the documentation says: its blocks run and print what they promise, and so do the examples.
// A block that has a file's name is a file for the blocks behind it; its page's blocks run beside it.

import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { parseSync } from 'rolldown/utils'
import { renderApi } from '../scripts/api.js'
import { type Block, blocksOf, pages, read, root } from './helpers/documents.ts'

/** With a main.js of its own, or one file. The demonstration takes half a minute: `npm start` runs it. */
const examples = readdirSync(join(root, 'examples'))
  .filter((name) => name !== 'demonstration')
  .map((name) => join('examples', name.endsWith('.js') ? name : join(name, 'main.js')))

/** What an example is given where it would take something large of its own. */
const examplesArguments = new Map([
  ['examples/gzip.js', ['package-lock.json']],
  ['examples/python-memfd/main.js', ['package-lock.json']],
])

// Inside the package, where its own name stands for it.
mkdirSync(join(root, 'target'), { recursive: true })
const folder = mkdtempSync(join(root, 'target', 'documentation-'))
test.after.always(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** What the comments behind the calls of console.log say will be printed. */
function promisedOutput(source: string): string {
  const lines = source.split('\n').filter((line) => line.includes('console.log('))
  return lines
    .map((line) => `${/\) \/\/ (.+)$/.exec(line)?.[1] ?? 'nothing is promised'}\n`)
    .join('')
}

function run(command: string, args: readonly string[], cwd = root) {
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((settle, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, NODE_OPTIONS: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 50_000,
      killSignal: 'SIGKILL',
    })
    let [stdout, stderr] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.once('error', reject)
    child.once('close', (code) => settle({ code, stdout, stderr }))
  })
}

/** A session's commands without what they printed, and a word for each `<place to fill in>`. */
function commandsOf(source: string): string {
  const typed = source.split('\n').filter((line) => line.startsWith('$ '))
  const commands = typed.length > 0 ? typed.map((line) => line.slice(2)).join('\n') : source
  return commands.replaceAll(/<[a-z][\w -]*>/gi, 'something')
}

const register = import.meta.resolve('@oxc-node/core/register')
const runModule = (path: string, args: readonly string[] = [], cwd = root) =>
  run(process.execPath, [`--import=${register}`, path, ...args], cwd)

const isInstalled = (command: string) =>
  spawnSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status === 0

for (const page of pages) {
  const blocks = blocksOf(page)
  const beside = join(folder, page.replaceAll('/', '-'))
  mkdirSync(beside)
  for (const { file, source } of blocks) if (file) writeFileSync(join(beside, file), source)
  const cwd = blocks.some(({ file }) => file) ? beside : root
  for (const [index, block] of blocks.entries()) declare(block, index, beside, cwd)

  test(`the files in ${page} are used there`, (t) => {
    for (const { file } of blocks) {
      if (file === undefined) continue
      t.true(
        blocks.some(({ source }) => source.includes(file)),
        file,
      )
    }
    t.pass()
  })
}

function declare(block: Block, index: number, beside: string, cwd: string): void {
  const { title, language, file, marks, needs, source } = block
  if (file !== undefined) return
  const testIt = needs === undefined || isInstalled(needs) ? test.serial : test.serial.skip
  if (marks.has('no-run')) {
    // The API reference shows declarations without what is around them.
    if (title.endsWith(join('docs', 'api.md'))) return
    testIt(`${title} is right by its syntax`, (t) => {
      t.deepEqual(parseSync(`block.${language}`, source).errors, [])
    })
  } else if (language === 'ts' || language === 'js') {
    const path = join(beside, `block-${index + 1}.${language}`)
    writeFileSync(path, source)
    testIt(`${title} runs and prints what it promises`, async (t) => {
      const expected = { code: 0, stdout: promisedOutput(source), stderr: '' }
      t.deepEqual(await runModule(path, [], cwd), expected)
    })
  } else if (language === 'sh') {
    const how = marks.has('run') ? '-eu' : '-n'
    testIt(`${title} is right for a shell`, async (t) => {
      const { code, stderr } = await run('sh', [how, '-c', commandsOf(source)], cwd)
      t.deepEqual({ code, stderr }, { code: 0, stderr: '' })
    })
  } else if (language === 'json') {
    testIt(`${title} is JSON`, (t) => t.notThrows(() => JSON.parse(source)))
  } else if (language !== '') {
    test(`${title} is checked by something`, (t) => {
      t.fail(`a block of ${language} needs a file's name, and another block that runs it`)
    })
  }
}

test.serial('the blocks are right by the types', async (t) => {
  const include = ['*/*.ts', '*/*.js', '*/*.mjs']
  const settings = { extends: '../../tsconfig.check.json', include }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings))
  const compiler = join(root, 'node_modules/.bin/tsc')
  t.deepEqual(await run(compiler, ['--project', folder]), { code: 0, stdout: '', stderr: '' })
})

/** What an example needs that not every system has. */
const examplesNeeds = new Map([
  ['examples/socat/main.js', ['socat']],
  ['examples/ssh-fdpass/main.js', ['ssh', 'ssh-keygen', '/usr/sbin/sshd']],
])

for (const path of examples) {
  test.serial(`${path} runs and prints what it promises`, async (t) => {
    const missing = examplesNeeds.get(path)?.filter((command) => !isInstalled(command)) ?? []
    if (missing.length > 0) {
      t.pass(`not installed: ${missing.join(', ')}`)
      return
    }
    const source = read(path)
    const { code, stdout } = await runModule(path, examplesArguments.get(path))
    t.deepEqual({ code, stdout }, { code: 0, stdout: promisedOutput(source) })
    // How it is started is said by itself.
    t.true(source.includes(`\n//   node ${path}`))
  })
}

test('docs/api.md is that of the doc comments; else `npm run docs` makes it so', (t) => {
  t.is(read(join('docs', 'api.md')), renderApi())
})
