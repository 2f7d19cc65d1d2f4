// The addon under AddressSanitizer, in a Node that knows nothing of it: the programs of the other campaigns.

import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { root, run as runCommand } from '../../scripts/steps.js'
import { kindAt } from '../shared/kinds.js'
import { runProgram } from '../shared/node-program.js'
import { rustTarget, sanitized } from '../shared/sanitized.js'
import { lacksRust } from './lacks.js'
import { leaksOfAddon } from './leaks.js'

const folder = join(root, 'target', 'sanitize', 'address')
const binary = join(folder, 'socketpair.node')

/** The runtime of the sanitizer as a library, which the compiler of C brings along. */
function runtime() {
  const { stdout } = spawnSync('cc', ['-print-file-name=libasan.so'], { encoding: 'utf8' })
  const path = stdout?.trim() ?? ''
  return existsSync(path) && path.startsWith('/') ? realpathSync(path) : undefined
}

const PROGRAMS = [
  'soak/programs/pairs.mjs',
  'soak/programs/bytes.mjs',
  'soak/programs/terminations.mjs',
  'fuzz/programs/frames.mjs',
]

/** @type {import('../shared/campaign.js').Part} */
export const addon = {
  name: 'addon',
  share: 2,
  lacks: () => lacksRust() ?? (runtime() ? undefined : 'libasan of gcc'),
  async prepare() {
    await runCommand(
      'cargo',
      [
        'build',
        '--lib',
        '--locked',
        '--package=socketpair',
        `--target=${rustTarget}`,
        `--target-dir=${folder}`,
      ],
      { env: { ...process.env, ...sanitized('address') } },
    )
    copyFileSync(join(folder, rustTarget, 'debug', 'libsocketpair.so'), binary)
  },
  async run({ seed, seconds, trace, figures }) {
    for (const [index, program] of PROGRAMS.entries()) {
      const done = await runProgram(new URL(`../${program}`, import.meta.url), {
        seed,
        seconds: seconds / PROGRAMS.length,
        args: [Infinity],
        trace,
        env: {
          LD_PRELOAD: runtime(),
          SOCKETPAIR_BINARY: binary,
          SOCKETPAIR_READINESS: kindAt(index + 1),
          // Node itself leaves memory behind, so a leak is no exit status: the report is read.
          ASAN_OPTIONS: 'detect_leaks=1:exitcode=0:halt_on_error=1:abort_on_error=1',
          LSAN_OPTIONS: 'exitcode=0',
        },
        judge: leaksOfAddon,
      })
      figures.addAll(done)
      figures.add('programs', 1)
    }
  },
}
