// What the documentation says: its examples run and print what they promise, its links lead somewhere,
// and the API reference is that of the code.

import { spawn, spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { renderApi } from '../scripts/api.js'
import { slug } from '../scripts/doc-comments.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (path: string) => readFileSync(join(root, path), 'utf8')

const pages = ['.', 'docs'].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
)

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

interface Block {
  title: string
  path: string
  source: string
}

const blocks = pages.flatMap(blocksOf)

function blocksOf(page: string): Block[] {
  const found = read(page).matchAll(/^```(ts|js)\n(.*?)^```$/gms)
  return Array.from(found, ([, language, source = ''], index) => {
    const path = join(folder, `${basename(page, '.md')}-${index + 1}.${language}`)
    writeFileSync(path, source)
    return { title: `block ${index + 1} of ${page}`, path, source }
  })
}

/** What the comments behind the calls of console.log say will be printed. */
function promisedOutput(source: string): string {
  const lines = source.split('\n').filter((line) => line.includes('console.log('))
  return lines
    .map((line) => `${/\) \/\/ (.+)$/.exec(line)?.[1] ?? 'nothing is promised'}\n`)
    .join('')
}

function run(command: string, args: readonly string[]) {
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((settle, reject) => {
    const child = spawn(command, args, {
      cwd: root,
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

const runModule = (path: string, ...args: readonly string[]) =>
  run(process.execPath, ['--import=@oxc-node/core/register', path, ...args])

for (const { title, path, source } of blocks) {
  test.serial(`${title} runs and prints what it promises`, async (t) => {
    const expected = { code: 0, stdout: promisedOutput(source), stderr: '' }
    t.deepEqual(await runModule(path), expected)
  })
}

test.serial('the blocks are right by the types', async (t) => {
  const settings = { extends: '../../tsconfig.check.json', include: ['*.ts', '*.js'] }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings))
  const compiler = join(root, 'node_modules/.bin/tsc')
  t.deepEqual(await run(compiler, ['--project', folder]), { code: 0, stdout: '', stderr: '' })
})

/** What an example needs that not every system has. */
const examplesNeeds = new Map([
  ['examples/socat/main.js', ['socat']],
  ['examples/ssh-fdpass/main.js', ['ssh', 'ssh-keygen', '/usr/sbin/sshd']],
])

const isInstalled = (command: string) =>
  spawnSync('sh', ['-c', 'command -v "$0"', command], { stdio: 'ignore' }).status === 0

for (const path of examples) {
  test.serial(`${path} runs and prints what it promises`, async (t) => {
    const missing = examplesNeeds.get(path)?.filter((command) => !isInstalled(command)) ?? []
    if (missing.length > 0) {
      t.pass(`not installed: ${missing.join(', ')}`)
      return
    }
    const source = read(path)
    const { code, stdout } = await runModule(path, ...(examplesArguments.get(path) ?? []))
    t.deepEqual({ code, stdout }, { code: 0, stdout: promisedOutput(source) })
    // How it is started is said by itself.
    t.true(source.includes(`\n//   node ${path}`))
  })
}

const withoutCode = (text: string) => text.replaceAll(/^```.*?^```$/gms, '')

function fragmentsOf(page: string): Set<string> {
  const headings = withoutCode(read(page)).matchAll(/^#+ (.+)$/gm)
  const seen = new Map<string, number>()
  return new Set(
    Array.from(headings, ([, heading = '']) => {
      const fragment = slug(heading)
      const times = seen.get(fragment) ?? 0
      seen.set(fragment, times + 1)
      return times === 0 ? fragment : `${fragment}-${times}`
    }),
  )
}

for (const page of pages) {
  test(`the links of ${page} lead somewhere`, (t) => {
    const links = withoutCode(read(page)).matchAll(/\]\(([^)]+)\)/g)
    for (const [, link = ''] of links) {
      if (/^https?:/.test(link)) continue
      const [path = '', fragment] = link.split('#')
      const target = path === '' ? page : join(dirname(page), path)
      t.true(existsSync(join(root, target)), link)
      if (fragment !== undefined) t.true(fragmentsOf(target).has(fragment), link)
    }
    t.pass()
  })
}

test('docs/api.md is that of the doc comments; else `npm run docs` makes it so', (t) => {
  t.is(read(join('docs', 'api.md')), renderApi())
})

test('what the documentation names is there', (t) => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  for (const page of pages) {
    const text = read(page)
    for (const [, name = ''] of text.matchAll(/`npm run ([a-z]+)/g)) t.true(name in scripts, name)
    const paths = text.matchAll(/`((?:lib|src|crates|scripts|examples|docs|__test__)\/[\w./-]*)`/g)
    for (const [, path = ''] of paths) t.true(existsSync(join(root, path)), `${page}: ${path}`)
  }
})
