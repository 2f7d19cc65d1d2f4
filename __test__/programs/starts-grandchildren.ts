// Takes the sockets that it was given, then starts children by every way of Node: what do they see?
import { exec, fork, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { inheritedSocket } from 'socketpair'
import { inodeOf } from '../helpers/descriptors.ts'

const names = process.argv.slice(2)
const ends = [inheritedSocket(), ...names.map((name) => inheritedSocket(name))]
const inodes = ends.map((end) => inodeOf(end.fd))
const SEEN = 'ls -l /proc/self/fd; env | grep SOCKETPAIR_FD; :'
const LIST = fileURLToPath(new URL('list-descriptors.ts', import.meta.url))

async function spawned(): Promise<string> {
  const child = spawn('sh', ['-c', SEEN], { stdio: ['ignore', 'pipe', 'inherit'] })
  let shown = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text))
  await once(child, 'close')
  return shown
}

async function forked(): Promise<string> {
  const child = fork(LIST)
  const [descriptors] = (await once(child, 'message')) as [string[]]
  return descriptors.join('\n')
}

const seen = {
  spawn: await spawned(),
  spawnSync: spawnSync('sh', ['-c', SEEN], { encoding: 'utf8' }).stdout,
  exec: (await promisify(exec)(SEEN)).stdout,
  fork: await forked(),
}
const answer = Object.entries(seen).map(([way, shown]) => ({
  way,
  looked: /pipe|socket|null/.test(shown),
  ends: inodes.filter((inode) => shown.includes(inode)).length,
  variables: shown.match(/^SOCKETPAIR_FD.*$/gm) ?? [],
}))
process.stdout.write(JSON.stringify({ ends: new Set(inodes).size, answer }))
