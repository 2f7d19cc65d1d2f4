// Answers in capitals over the socket that it was given, and over Node's channel where there is one.
import { inheritedSocket, StreamSocket } from 'socketpair'
import { openDescriptors } from '../helpers/descriptors.ts'
import { put, take } from '../helpers/io.ts'

const variables = Object.entries(process.env).filter(([name]) => name.startsWith('SOCKETPAIR_FD'))
const [what = 'answer', name] = process.argv.slice(2)
const end = inheritedSocket(name)

process.on('message', (message) => {
  process.send?.([String(message).toUpperCase(), message])
  process.disconnect()
})

if (what === 'move') {
  if (!(end instanceof StreamSocket)) throw new TypeError('no stream')
  const bytes = Buffer.alloc(4 << 20)
  await end.readExactly(bytes)
  const sent = await end.write(bytes.swap32())
  if (sent !== bytes.length) throw new Error(`wrote ${sent} bytes`)
} else {
  const { type, fd, nonBlocking } = end
  const descriptors = openDescriptors().filter((entry) => /^[0-9] /.test(entry))
  const { execArgv } = process
  const seen = { type, fd, nonBlocking, variables: Object.fromEntries(variables), execArgv }
  await put(end, JSON.stringify({ ...seen, args: process.argv.slice(2), descriptors }))
  for (;;) {
    const text = await take(end)
    if (text === null || text === '') break
    await put(end, text.toUpperCase())
  }
}
if (process.connected) process.disconnect()
