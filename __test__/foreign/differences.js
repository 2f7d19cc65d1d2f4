// Files of Node's own tests that pass over the real net and not over ends, by the reason. Names are those of the
// files without `test-` and `.js`.

/** @type {Readonly<Record<string, string>>} */
const reasons = {
  'an end has no handle of libuv (`_handle`)': `
    net-after-close net-socket-write-after-close net-connect-keepalive net-connect-nodelay net-server-keepalive
    net-server-nodelay net-persistent-nodelay http-client-spurious-aborted http-parser-timeout-reset
    http-client-timeout-on-connect http2-client-onconnect-errors http-nodelay stream-base-typechecking net-perf_hooks`,
  'an end is no instance of net.Socket': `
    net-settimeout http-set-timeout http-keep-alive-drop-requests tls-wrap-timeout`,
  'an end is connected from the beginning, and once: connect() is missing': `
    net-bytes-stats net-reconnect net-connect-call-socket-connect
    http2-goaway-delayed-request http2-session-settings http2-session-stream-state
    http2-stream-removelisteners-after-close`,
  'a pair is no TCP: resetAndDestroy() is missing': `
    net-connect-reset-after-destroy net-connect-reset-before-connected net-connect-reset-until-connected
    net-server-reset net-socket-reset-send net-socket-reset-twice`,
  'a pair has no addresses; those here are pretended, and chosen otherwise': `
    http-autoselectfamily https-autoselectfamily https-connect-address-family https-localaddress
    http-localaddress-bind-error net-autoselectfamily net-autoselectfamily-commandline-option
    net-autoselectfamily-default net-client-bind-twice net-connect-options-fd     net-listen-ipv6only net-socket-local-address
    net-better-error-messages-listen-path http2-compat-socket http2-connect-options http2-origin
    http2-create-client-secure-session http2-ip-address-host http2-client-destroy`,
  'the other side is another process, where nothing listens': `
    http-chunk-problem http-pipeline-flood https-agent-unref-socket tls-env-extra-ca
    tls-ticket-cluster http-server-stale-close`,
  'a server is sent to a child: Node takes its handle for one of libuv, and ends with SIGSEGV':
    'net-listen-handle-in-cluster-1',
  'a TLSSocket that connects by itself has a handle of libuv; nothing listens where it points':
    'tls-retain-handle-no-abort tls-socket-default-options',
  'the kernel tells at once, by EPIPE, that the peer is gone':
    'net-server-max-connections-close-makes-more-available http-conn-reset',
  'onread is an option of net.Socket': 'net-onread-static-buffer tls-onread-static-buffer',
  'a chunk has what was written by several writes':
    'http-pause-no-dump http2-misbehaving-flow-control',
  "Node's wrapper of a Duplex ends each write a turn later: frames of a stream that is destroyed meanwhile are lost": `
    http2-compat-errors http2-compat-socket-destroy-delayed http2-destroy-after-write
    http2-propagate-session-destroy-code http2-server-errors http2-respond-file-fd-invalid http2-buffersize`,
  "Node's wrapper of a Duplex ends each write a turn later, and the answer is here before: the alert of TLS is lost": `
    tls-cli-max-version-1.2 tls-cli-max-version-1.3 tls-cli-min-version-1.1 tls-cli-min-version-1.2
    tls-min-max-version`,
  'not explained: the process does not end, though the same exchange without the rest of the file does':
    'http2-compat-client-upload-reject',
  "Node's wrapper of a Duplex does not hand on ref(), unref() and what session.socket is asked": `
    http2-session-unref http2-socket-proxy http2-unbound-socket-proxy`,
  "TLS over Node's wrapper closes some turns later, and meets a peer that has closed with bytes unread": `
    tls-inception tls-psk-errors tls-socket-close tls-writewrap-leak`,
  'the signal of a Duplex is that of tls.connect() too: it is listened to twice, or has aborted before': `
    https-agent-abort-controller tls-connect-abort-controller
    net-connect-abort-controller`,
  'it needs more than is there: an engine of OpenSSL is looked for by a relative path': `
    tls-clientcertengine-unsupported tls-keyengine-unsupported`,
}

const known = new Map(
  Object.entries(reasons).flatMap(([reason, names]) =>
    names
      .trim()
      .split(/\s+/)
      .map((name) => [`test-${name}.js`, reason]),
  ),
)

/**
 * Why a file is expected to fail over ends; undefined if it is not.
 *
 * @param {string} file
 */
export function reasonOf(file) {
  return known.get(file)
}
