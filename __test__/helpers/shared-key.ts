/** TLS with a key that both sides know: no certificate is needed. */
import tls from 'node:tls'

const KEY = { identity: 'a pair', psk: Buffer.from('0123456789abcdef') }
/** Options of the client. */
export const CLIENT_KEY: tls.ConnectionOptions = {
  ciphers: 'PSK',
  maxVersion: 'TLSv1.2',
  checkServerIdentity: () => {},
  pskCallback: () => KEY,
}
/** Options of the server. */
export const SERVER_KEY = {
  ciphers: 'PSK',
  maxVersion: 'TLSv1.2' as const,
  pskCallback: () => KEY.psk,
}
