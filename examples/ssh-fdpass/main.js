// ssh over a connection that another process has made: proxy.js hands its connected socket to ssh by
// SCM_RIGHTS. Here the server is an sshd of its own on a free port of this machine, with keys made for it.
//
//   node examples/ssh-fdpass/main.js        (after `npm run build`; needs ssh, sshd and ssh-keygen)

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const folder = await mkdtemp(join(tmpdir(), 'socketpair-ssh-'))
const file = (/** @type {string} */ name) => join(folder, name)

// Each connection has a server of its own, as inetd does it: sshd -i talks to what it has as standard input.
// It needs no rights and no port, and serves the user that started it.
const sshd = '/usr/sbin/sshd'
// Started as root it wants a folder that a running system has; here it gets one that nobody else sees.
const withFolder = 'mount -t tmpfs none /run && mkdir -m 755 /run/sshd && exec "$@"'
const isolated = process.getuid?.() === 0 && !existsSync('/run/sshd')
const prefix = isolated ? ['unshare', '--mount', 'sh', '-c', withFolder, 'sh'] : []
await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file('host')])
await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file('user')])
await writeFile(
  file('config'),
  `HostKey ${file('host')}
AuthorizedKeysFile ${file('user.pub')}
StrictModes no
UsePAM no
PidFile none
PermitRootLogin yes
`,
)
const listener = createServer({ pauseOnConnect: true }, (connection) => {
  const stdio = /** @type {const} */ ([connection, connection, 'ignore'])
  const [command = '', ...rest] = [...prefix, sshd, '-i', '-f', file('config')]
  const server = spawn(command, rest, { stdio: [...stdio] })
  server.once('spawn', () => connection.destroy())
})
listener.listen(0, '127.0.0.1')
await once(listener, 'listening')
const { port } = /** @type {import('node:net').AddressInfo} */ (listener.address())

const proxy = fileURLToPath(new URL('proxy.js', import.meta.url))
const options = {
  ProxyUseFdpass: 'yes',
  ProxyCommand: `'${process.execPath}' '${proxy}' %h %p`,
  IdentityFile: file('user'),
  IdentitiesOnly: 'yes',
  UserKnownHostsFile: file('known'),
  StrictHostKeyChecking: 'accept-new',
  BatchMode: 'yes',
  LogLevel: 'ERROR',
}
const args = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`])
const target = [`${userInfo().username}@127.0.0.1`, '-p', String(port)]

try {
  const { stdout } = await run('ssh', ['-F', 'none', ...args, ...target, 'echo "$SSH_CONNECTION"'])
  const [from, , to, serverPort] = stdout.trim().split(' ')
  console.log(`from ${from} to ${to}`) // from 127.0.0.1 to 127.0.0.1
  console.log(`its port: ${Number(serverPort) === port}`) // its port: true
} finally {
  listener.close()
  await rm(folder, { recursive: true })
}
