// Holds descriptors in every state: received and looked at, received and not, queued, and of sends that wait.

import { MessageBatch, socketpair } from 'socketpair'

/** @param {unknown} error */
function settle(error) {
  if (/** @type {{ code?: string }} */ (error).code !== 'ECANCELED') throw error
}

/**
 * Gives all that it holds, so that nothing is collected.
 *
 * @param {number} fd what to pass
 */
export async function hold(fd) {
  const fds = [fd, fd, fd, fd, fd]
  const held = []
  for (let round = 0; round < 10; round++) {
    const [here, there] = socketpair()
    await here.write('x', { fds })
    const looked = await there.readMessage(Buffer.alloc(8))
    if (looked?.fds.length !== 5) throw new Error('none came')
    await here.write('y', { fds })
    const unseen = await there.readMessage(Buffer.alloc(8))
    await here.write('queued', { fds })
    here.write(Buffer.alloc(4 << 20), { fds }).catch(settle)
    here.write('waits', { fds }).catch(settle)

    const [one, other] = socketpair('seqpacket', { passPidfd: true })
    const batch = new MessageBatch()
    await one.sendMany([Buffer.from('1'), Buffer.from('2')], { fds: [fds, fds] })
    await other.recvMany(batch)
    await one.send('z', { fds })
    const message = await other.recv()
    while (one.trySend(Buffer.alloc(4096)) !== undefined);
    one.send('waits', { fds }).catch(settle)
    held.push({ ends: [here, there, one, other], looked, unseen, batch, message })
  }
  return held
}
