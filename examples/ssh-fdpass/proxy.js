// A ProxyCommand for ssh with ProxyUseFdpass: it makes the connection, passes the descriptor to ssh over its
// standard output, and ends. ssh then talks to the server directly; a proxy of the usual kind would copy
// every byte for as long as the session lasts.
//
//   ssh -o ProxyUseFdpass=yes -o ProxyCommand='node examples/ssh-fdpass/proxy.js %h %p' HOST

import { once } from 'node:events'
import { connect } from 'node:net'
import { Socket } from 'socketpair'

const [host = 'localhost', port = '22'] = process.argv.slice(2)
// Here is the place for whatever it takes to get through: a SOCKS proxy, a port knock, another network.
const connection = connect({ host, port: Number(port) })
await once(connection, 'connect')
// ssh has given us one end of a pair of its own as standard output.
const output = Socket.fromFd(1)
if (output.type !== 'stream') throw new TypeError('standard output is no stream')
// ssh takes one descriptor with one byte.
await output.write('\0', { fds: [connection] })
output.close()
connection.destroy()
