// A number of an end that is gone names nobody, however often its place in the table was used since.
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { socketpair } from 'socketpair'

const load = createRequire(import.meta.url)
const named = process.env.SOCKETPAIR_BINARY
const binding = load(named || fileURLToPath(new URL(`../../${process.argv[2]}`, import.meta.url)))
const told = []
// The addon is loaded once, so these are the hot calls of this environment.
const calls = binding.open(() => {}, false)

const buffer = Buffer.alloc(8)
function makePair() {
  const [nonBlocking, closeOnExec] = [
    [false, false],
    [true, true],
  ]
  return binding.makePair({ kind: 'stream', protocol: 0, nonBlocking, closeOnExec })
}

// A wait that was taken back leaves its token, and a question to the system, under way.
const [stale, peer] = makePair()
calls.arm(stale.id, 0)
calls.disarm(stale.id, 0)
binding.close(stale.id)
binding.close(peer.id)

const EBADF = -9
for (const reuses of [1, 300, 100_000]) {
  for (let count = 0; count < reuses; count += 2) {
    for (const { id } of makePair()) {
      if (id === stale.id) told.push(`again after ${count}`)
      binding.close(id)
    }
  }
  const [here, there] = socketpair()
  await there.write('for here')
  told.push(calls.recv(stale.id, buffer, 0, 8) === EBADF && calls.arm(stale.id, 0) === EBADF)
  binding.close(stale.id)
  told.push((await here.read(buffer)) === 8)
  here.close()
  there.close()
}
console.log(told.every((one) => one === true) ? 'nobody' : told.join())
