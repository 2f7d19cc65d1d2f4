/** Projects of users, and how they get the package: from the registry that npm run test:install has started. */
import { execFile, type ExecFileOptions } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { ExecutionContext } from 'ava'

const run = promisify(execFile)

function fromScript(name: string): string {
  const value = process.env[name]
  if (value === undefined) throw new Error(`${name} is not set: start this by npm run test:install`)
  return value
}

/** Where the package is published. */
export const registry = fromScript('SOCKETPAIR_TEST_REGISTRY')
/** The packed main package, as it is published. */
export const tarball = fromScript('SOCKETPAIR_TEST_TARBALL')
/** The version of all packages. */
export const version = fromScript('SOCKETPAIR_TEST_VERSION')

/** A program of a package of this folder, as arguments for Node. */
export function programOf(name: string, program = name): string {
  // By its path: not all of them export it.
  const manifest = fileURLToPath(new URL(`node_modules/${name}/package.json`, import.meta.url))
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as {
    bin: string | Record<string, string>
  }
  const file = typeof bin === 'string' ? bin : bin[program]
  return path.join(path.dirname(manifest), file ?? '')
}

export interface Project {
  readonly folder: string
  write(name: string, text: string): void
  /** Runs a program of Node's with nothing in PATH to compile with; gives what it prints. */
  node(...args: string[]): Promise<string>
  npm(...args: string[]): Promise<string>
}

const IMPORTING = `import { socketpair } from 'socketpair'
const [here, there] = socketpair('seqpacket')
await here.send('imported')
console.log((await there.recv()).data.toString())
`
const REQUIRING = `const { socketpair } = require('socketpair')
const [here, there] = socketpair()
here.write('required').then(() => there.readChunk()).then((chunk) => console.log(String(chunk)))
`

/** An empty project in a folder of its own. */
export function emptyProject(t: ExecutionContext): Project {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'socketpair-project-')))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const write = (name: string, text: string): void => {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeFileSync(path.join(folder, name), text)
  }
  write('package.json', '{ "private": true }')
  write('importing.mjs', IMPORTING)
  write('requiring.cjs', REQUIRING)
  const bin = path.join(folder, '.bin')
  mkdirSync(bin)
  symlinkSync(process.execPath, path.join(bin, 'node'))
  symlinkSync('/bin/sh', path.join(bin, 'sh'))
  const env = {
    PATH: bin,
    HOME: folder,
    npm_config_registry: registry,
    npm_config_cache: path.join(folder, '.cache'),
    npm_config_store_dir: path.join(folder, '.store'),
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
    npm_config_ignore_scripts: 'true',
    YARN_REGISTRY: registry,
    YARN_CACHE_FOLDER: path.join(folder, '.cache'),
  }
  const options: ExecFileOptions = { cwd: folder, env, maxBuffer: 2 ** 26, timeout: 240_000 }
  const node = async (...args: string[]): Promise<string> => {
    const { stdout } = await run(process.execPath, args, { ...options, encoding: 'utf8' })
    return stdout
  }
  return { folder, write, node, npm: (...args) => node(fromScript('SOCKETPAIR_TEST_NPM'), ...args) }
}

/** Both ways to load the package work in the project. */
export async function works(t: ExecutionContext, project: Project): Promise<void> {
  t.is(await project.node('importing.mjs'), 'imported\n')
  t.is(await project.node('requiring.cjs'), 'required\n')
}
