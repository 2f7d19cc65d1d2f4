// The core's tests under AddressSanitizer, which looks for leaks at the end of each.

import { sanitized } from '../shared/sanitized.js'
import { compileTests, runTests } from './cargo-tests.js'
import { lacksRust } from './lacks.js'

/** The quickest that touch memory most come first: a short run ends before the others. */
const TESTS = [
  'ancillary_memory',
  'ancillary',
  'vectored',
  'ready_set',
  'relay',
  'ancillary_stream',
  'ancillary_limits',
  'stream',
  'seqpacket',
  'datagram',
  'cancel',
  'async_stream',
  'async_seqpacket',
  'async_datagram',
  'relay_messages',
  'relay_sharers',
  'close',
  'options',
  'pair',
  'readiness',
]

/** @type {Map<string, string>} */
let binaries = new Map()

/** @type {import('../shared/campaign.js').Part} */
export const core = {
  name: 'core',
  lacks: lacksRust,
  async prepare() {
    binaries = compileTests('sanitize/address', TESTS, sanitized('address'))
  },
  async run({ seconds, figures }) {
    const end = performance.now() + seconds * 1000
    for (const name of TESTS) {
      if (performance.now() > end) break
      const env = { ASAN_OPTIONS: 'detect_leaks=1', PROPTEST_CASES: '32' }
      figures.add('tests', await runTests(name, binaries.get(name) ?? '', [], env))
      figures.add('files', 1)
    }
  },
}
