/** What the documentation shows is run as a reader would run it. */
import { spawn } from 'node:child_process'
import { root } from './documents.ts'

/** What the comments behind the calls of console.log say will be printed. */
export function promisedOutput(source: string): string {
  const lines = source.split('\n').filter((line) => line.includes('console.log('))
  return lines
    .map((line) => `${/\) \/\/ (.+)$/.exec(line)?.[1] ?? 'nothing is promised'}\n`)
    .join('')
}

/** Runs a command to its end. */
export function run(command: string, args: readonly string[], cwd = root) {
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

/** Runs a file of JavaScript as it stands; one of TypeScript by way of what the tests run by. */
export function runModule(path: string, args: readonly string[] = [], cwd = root) {
  const register = import.meta.resolve('@oxc-node/core/register')
  const flags = path.endsWith('.ts') ? [`--import=${register}`] : []
  return run(process.execPath, [...flags, path, ...args], cwd)
}

/** The programs that JavaScript starts by a name in quotes, and Python in a line of a shell. */
export function programsIn(source: string): string[] {
  const started = source.matchAll(/\b(?:spawn|spawnSync|execFile|execFileSync)\('([\w./-]+)'/g)
  const found = Array.from(started, ([, name = '']) => name)
  if (/\bpython3\b/.test(source)) found.push('python3')
  return [...new Set(found)]
}
