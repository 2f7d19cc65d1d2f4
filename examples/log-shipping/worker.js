// Ships log lines as fast as they are taken; started by main.js.

import { inheritedSocket, SeqpacketSocket } from 'socketpair'

const end = inheritedSocket()
if (!(end instanceof SeqpacketSocket)) throw new TypeError(`a ${end.type} end came`)
const count = Number(process.argv[2])
for (let index = 0; index < count; index++) {
  await end.send(`${index} ${'a line of a log '.repeat(index % 10)}`)
}
end.close()
