// The threaded tests of the core under valgrind's memcheck, which sees what is read before it is written.

import { isInstalled } from '../../scripts/prerequisites.js'
import { compileTests, runTests } from './cargo-tests.js'
import { lacksRust } from './lacks.js'

const TESTS = [
  'ready_set',
  'ancillary_memory',
  'relay',
  'async_stream',
  'cancel',
  'async_seqpacket',
]

/** @type {Map<string, string>} */
let binaries = new Map()

/** @type {import('../shared/campaign.js').Part} */
export const memcheck = {
  name: 'memcheck',
  lacks: () => lacksRust() ?? (isInstalled('valgrind') ? undefined : 'valgrind'),
  async prepare() {
    binaries = compileTests(undefined, TESTS, {})
  },
  async run({ seconds, figures }) {
    const end = performance.now() + seconds * 1000
    for (const name of TESTS) {
      if (performance.now() > end) break
      const args = [
        '--quiet',
        '--error-exitcode=99',
        '--leak-check=full',
        // A thread that is alive at the end holds what is "possibly" and "still" there.
        '--errors-for-leak-kinds=definite',
        '--show-leak-kinds=definite',
        '--child-silent-after-fork=yes',
        binaries.get(name) ?? '',
        '--test-threads=1',
      ]
      figures.add('tests', await runTests(name, 'valgrind', args, { PROPTEST_CASES: '4' }))
      figures.add('files', 1)
    }
  },
}
