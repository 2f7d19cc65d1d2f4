/**
 * Receives messages until `last` comes, each with one system call: a recv() asks for the length first, and
 * another Socket over the same description may take that message in between.
 *
 * @param {import('socketpair').MessageSocket} end
 * @param {string} last
 */
export async function takeUntil(end, last) {
  const buffer = Buffer.alloc(16)
  const taken = []
  for (;;) {
    const info = await end.recvInto(buffer)
    const text =
      info?.truncated === false ? buffer.toString('latin1', 0, info.bytesRead) : 'no message'
    if (text === last) return taken
    taken.push(text)
  }
}
