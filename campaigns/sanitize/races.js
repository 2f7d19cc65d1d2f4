// The threaded tests of the core under ThreadSanitizer, with a standard library that was compiled for it: without
// one it takes each lock of the standard library for a race.

import { join } from 'node:path'
import { root } from '../../scripts/steps.js'
import { sanitized } from '../shared/sanitized.js'
import { compileTests, runTests } from './cargo-tests.js'
import { lacksRust, lacksSource } from './lacks.js'

const TESTS = [
  'async_stream',
  'async_seqpacket',
  'async_datagram',
  'cancel',
  'relay',
  'relay_messages',
  'relay_sharers',
  'readiness',
]

/** What the tool takes for races, each with the reason that it is none. */
const suppressions = join(root, 'campaigns/sanitize/thread-suppressions.txt')

/** @type {Map<string, string>} */
let binaries = new Map()

/** @type {import('../shared/campaign.js').Part} */
export const races = {
  name: 'races',
  lacks: () => lacksRust() ?? lacksSource(),
  async prepare() {
    binaries = compileTests('sanitize/thread', TESTS, sanitized('thread'), ['-Zbuild-std'])
  },
  async run({ seconds, figures }) {
    const end = performance.now() + seconds * 1000
    for (const name of TESTS) {
      if (performance.now() > end) break
      const env = {
        TSAN_OPTIONS: `halt_on_error=0:exitcode=66:suppressions=${suppressions}`,
        PROPTEST_CASES: '16',
      }
      const passed = await runTests(
        name,
        binaries.get(name) ?? '',
        [],
        env,
        /WARNING: ThreadSanitizer/,
        // The tool starts a program that finds names, and keeps its pipes.
        /descriptors leaked/,
      )
      figures.add('tests', passed)
      figures.add('files', 1)
    }
  },
}
