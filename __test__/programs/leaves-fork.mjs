// Forks itself, and ends while the child runs: the child tells when it finds the end.

import { fork, inheritedSocket } from 'socketpair'

if (process.argv[2] === 'child') {
  const end = /** @type {import('socketpair').StreamSocket} */ (inheritedSocket())
  if (process.connected) process.disconnect()
  for await (const _ of end);
  console.log('ended')
} else {
  const { child } = fork(new URL(import.meta.url).pathname, ['child'])
  child.unref()
  child.channel?.unref()
  console.log('left')
}
