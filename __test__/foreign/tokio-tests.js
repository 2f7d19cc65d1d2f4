// Tests that the crates tokio and tokio-seqpacket carry, over socketpair-core: the crate in tokio/ has the names that
// they use. They come with the crates, by cargo.

import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** @typedef {{ what: string, passed: number, failed: string[], skipped: string[] }} Outcome */

/**
 * Why a test does not apply: of each file, by the names of its tests and of functions that only they use; `*` is
 * all of them. What is not named here is run.
 *
 * @type {Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>>}
 */
const notOurs = {
  tokio: {
    'uds_cred.rs': {},
    'uds_datagram.rs': {
      'a pair has no paths and no addresses':
        'echo_server echo echo_from split send_to_recv_from_poll try_send_to_recv_from try_recv_buf_from recv_buf_from',
      'poll_send() and poll_recv() have no counterpart in the core': 'send_recv_poll poll_ready',
      'Registered asks the kernel whether there is room; tokio assumes it until a try fails':
        'try_send_recv_never_block try_recv_buf_never_block',
      'not explained: readiness of a new pair is asked for before the driver has run, as it seems':
        'pair_starts_writable',
    },
    'uds_socket.rs': { 'sockets are made as pairs, not one by one': '*' },
    'uds_split.rs': {},
    'uds_stream.rs': {
      'a pair has no paths and no addresses':
        'accept_read_write_socketaddr abstract_socket_name epollhup',
      'a StreamSocket of the core waits and tries in one: readiness alone is what Registered tells':
        'read_until_pending write_until_pending try_read_write try_read_buf poll_read_ready poll_write_ready pair_starts_writable',
    },
  },
  'tokio-seqpacket': {
    'abstract_namespace.rs': { 'a pair has no paths and no addresses': '*' },
    'ancillary_fds.rs': {
      'ancillary data is read by other names: it is owned from the beginning': '*',
    },
    'ancillary_fds_dropped.rs': {
      'ancillary data is read by other names: it is owned from the beginning': '*',
    },
    'ancillary_fds_peek.rs': {
      'ancillary data is read by other names: it is owned from the beginning': '*',
    },
    'listener.rs': { 'a pair has no paths and no addresses': '*' },
    'multiple_fds.rs': {
      'ancillary data is read by other names: it is owned from the beginning': '*',
    },
    'raw_fd.rs': {},
    'socket.rs': { 'peek_vectored() has no counterpart in the core': 'send_peek_vectored' },
    'split.rs': {},
  },
}

/** @typedef {{ name: string, isTest: boolean, first: number, last: number }} Item lines of a function */

/**
 * The functions of a file that rustfmt has formatted, each with the attributes above it.
 *
 * @param {readonly string[]} lines
 */
function itemsOf(lines) {
  /** @type {Item[]} */
  const items = []
  for (const [at, line] of lines.entries()) {
    const name = /^(?:pub )?(?:async )?fn (\w+)/.exec(line)?.[1]
    if (name === undefined) continue
    const first = lines.lastIndexOf('', at) + 1
    const isTest = lines.slice(first, at).some((above) => /^#\[(?:tokio::)?test\b/.test(above))
    items.push({ name, isTest, first, last: lines.indexOf('}', at) })
  }
  return items
}

/** @param {string} keptIn @returns {Outcome[]} */
export function runTokio(keptIn) {
  const crate = join(keptIn, 'tokio')
  rmSync(crate, { recursive: true, force: true })
  cpSync(join(import.meta.dirname, 'tokio'), crate, { recursive: true })
  const target = join(keptIn, 'cargo')
  const said = cargo(crate, target, ['metadata', '--format-version', '1', '--locked'])
  if (said.status !== 0) {
    const why = `the crates of tokio, by cargo: ${said.stderr.trim().split('\n').at(-1)}`
    return [{ what: 'tokio: not run', passed: 0, failed: [], skipped: [why] }]
  }
  /** @type {{ packages: { name: string, manifest_path: string }[] }} */
  const { packages } = JSON.parse(said.stdout)
  mkdirSync(join(crate, 'tests'))
  return Object.keys(notOurs).map((name) => {
    const manifest = packages.find((one) => one.name === name)?.manifest_path ?? name
    return runCrate(name, join(dirname(manifest), 'tests'), crate, target)
  })
}

/** @param {string} name @param {string} tests @param {string} crate @param {string} target @returns {Outcome} */
function runCrate(name, tests, crate, target) {
  const files = readdirSync(tests).filter(
    (file) => file.endsWith('.rs') && (name !== 'tokio' || file.startsWith('uds_')),
  )
  /** @type {Outcome} */
  const outcome = { what: '', passed: 0, failed: [], skipped: [] }
  let differing = 0
  for (const file of files) {
    const reasons = notOurs[name]?.[file] ?? {}
    const left = new Set(Object.values(reasons).flatMap((names) => names.split(' ')))
    const lines = readFileSync(join(tests, file), 'utf8').split('\n')
    const items = itemsOf(lines)
    const all = items.filter(({ isTest }) => isTest)
    const run = left.has('*') ? [] : all.filter((test) => !left.has(test.name))
    differing += all.length - run.length
    if (run.length === 0) continue
    const dropped = items.filter((item) => left.has(item.name))
    const kept = lines
      .filter((_line, at) => !dropped.some(({ first, last }) => first <= at && at <= last))
      .join('\n')
    const ours = kept
      .replaceAll(/tokio::net::(?=\{?Unix)/g, 'foreign::')
      .replaceAll('use tokio_seqpacket::', 'use foreign::')
    const stem = file.slice(0, -'.rs'.length)
    writeFileSync(join(crate, `tests/${stem}.rs`), ours)
    const { status, stdout, stderr } = cargo(crate, target, ['test', '--locked', '--test', stem])
    const passed = [...stdout.matchAll(/^test .* \.\.\. ok$/gm)].length
    outcome.passed += passed
    if (status === 0 && passed === run.length) continue
    const failed = [...stdout.matchAll(/^test (\w+) .*FAILED$/gm)].map(([, test]) => test)
    outcome.failed.push(`${name} ${file}: ${failed.join(', ') || 'does not end or build'}`)
    console.log(`not ok - ${name} ${file}\n${`${stderr}${stdout}`.slice(-4000)}`)
  }
  outcome.what = `${name}: ${outcome.passed} of its tests pass over the core, ${differing} do not apply`
  return outcome
}

/** @param {string} crate @param {string} target @param {readonly string[]} args */
function cargo(crate, target, args) {
  return spawnSync('cargo', args, {
    cwd: crate,
    env: { ...process.env, CARGO_TARGET_DIR: target, RUSTFLAGS: '-Awarnings' },
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    timeout: 240_000,
    killSignal: 'SIGKILL',
  })
}
