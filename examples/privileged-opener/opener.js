// The process that may open what others may not; started by main.js. A request is the name of a file, the
// answer is a descriptor, open for reading, or the code of an error.

import { constants } from 'node:fs'
import { mkdtemp, open, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inheritedSocket, SeqpacketSocket } from 'socketpair'

/** What may be asked for. A list of names, not of patterns or folders: there is nothing to get around. */
const ALLOWED = new Set(['notes.txt', 'shortcut', 'missing'])

const [uid] = process.argv.slice(2).map(Number)
// Now: when the requester has ended it is another.
const requester = process.ppid

const end = inheritedSocket()
if (!(end instanceof SeqpacketSocket)) throw new TypeError(`a ${end.type} end came`)
// Before the first message: what was sent earlier tells of nobody, under the ids of user `nobody`.
end.passCredentials = true
// Nothing is asked by descriptors, so nobody can fill this process with them.
end.acceptDescriptors = false

const folder = await mkdtemp(join(tmpdir(), 'socketpair-opener-'))
try {
  for (const name of ['notes.txt', 'key.txt']) {
    await writeFile(join(folder, name), `the content of ${name}`, { mode: 0o600 })
  }
  await symlink('key.txt', join(folder, 'shortcut'))
  await end.send(JSON.stringify({ folder }))
  for await (const message of end) await answer(end, message)
} finally {
  await rm(folder, { recursive: true })
}
end.close()

/**
 * @param {SeqpacketSocket} asker
 * @param {import('socketpair').Message} message
 */
async function answer(asker, { data, credentials, fdsTruncated }) {
  const name = data.toString()
  try {
    // Whoever has got hold of the other end can ask; only one process may.
    if (credentials?.pid !== requester || credentials.uid !== uid) throw refusal('EPERM')
    // Before Linux 6.16 the system lets them come, and they were closed.
    if (fdsTruncated) throw refusal('EPERM')
    if (!ALLOWED.has(name)) throw refusal('EACCES')
    const file = await openPlain(join(folder, name))
    // The message, waiting or not, has a descriptor of its own.
    const sent = asker.send(JSON.stringify({ name }), { fds: [file] })
    await file.close()
    await sent
  } catch (error) {
    const { code = 'EIO' } = /** @type {NodeJS.ErrnoException} */ (error)
    await asker.send(JSON.stringify({ name, error: code }))
  }
}

/**
 * Opens a regular file and nothing else: no link is followed, and a pipe or a device is not waited for.
 *
 * @param {string} path
 */
async function openPlain(path) {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  if ((await file.stat()).isFile()) return file
  await file.close()
  throw refusal('EACCES')
}

/** @param {string} code */
function refusal(code) {
  return Object.assign(new Error(code), { code })
}
