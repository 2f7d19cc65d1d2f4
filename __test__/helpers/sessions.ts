/** Streams of Node that are made of others: of TLS, and of HTTP/2. */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import {
  connect as connectHttp2,
  createServer as createHttp2Server,
  type ServerHttp2Stream,
} from 'node:http2'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { connect, createServer, type TLSSocket } from 'node:tls'
import { needs } from './needs.ts'
import type { ExecutionContext } from './test.ts'

/** The two ends of a TLS connection. */
export async function tlsPair(t: ExecutionContext): Promise<[TLSSocket, TLSSocket]> {
  needs('openssl')
  const folder = mkdtempSync(join(tmpdir(), 'socketpair-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const subject = ['-subj', '/CN=localhost', '-days', '1', '-nodes']
  const line = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']
  execFileSync('openssl', [...line, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' })
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const there = connect({
    port,
    host: '127.0.0.1',
    ca: readFileSync(cert),
    servername: 'localhost',
  })
  const [[here]] = (await Promise.all([
    once(server, 'secureConnection'),
    once(there, 'secureConnect'),
  ])) as [[TLSSocket], unknown]
  t.teardown(async () => {
    here.destroy()
    there.destroy()
    server.close()
    await once(server, 'close')
  })
  return [here, there]
}

/** The two ends of one stream of an HTTP/2 session, which carries others beside. */
export async function http2Pair(t: ExecutionContext): Promise<[Duplex, Duplex]> {
  const server = createHttp2Server()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const opened = once(server, 'stream') as Promise<[ServerHttp2Stream]>
  const there = session.request({ ':method': 'POST' }, { endStream: false })
  const [here] = await opened
  here.respond({ ':status': 200 })
  t.teardown(async () => {
    here.destroy()
    there.destroy()
    session.destroy()
    server.close()
    await once(server, 'close')
  })
  return [here, there]
}
