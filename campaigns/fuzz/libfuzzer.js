// Targets of libFuzzer in the core, compiled with AddressSanitizer by any Rust.

import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isInstalled } from '../../scripts/prerequisites.js'
import { root, run as runCommand } from '../../scripts/steps.js'
import { Fault } from '../shared/fault.js'
import { rustTarget, sanitized } from '../shared/sanitized.js'

const folder = join(root, 'target', 'fuzz')
const corpora = join(folder, 'corpus')

/** What makes rustc count how the code is gone through, as libFuzzer wants it. */
const coverage = [
  '-Cpasses=sancov-module',
  '-Cllvm-args=-sanitizer-coverage-level=4',
  '-Cllvm-args=-sanitizer-coverage-inline-8bit-counters',
  '-Cllvm-args=-sanitizer-coverage-pc-table',
  '-Cllvm-args=-sanitizer-coverage-trace-compares',
  '--cfg=fuzzing',
]

function lacks() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'Linux on x64'
  if (!isInstalled('cargo')) return 'Rust'
  // libFuzzer comes as its source.
  return isInstalled('c++') ? undefined : 'a C++ compiler'
}

async function build() {
  const manifest = join(root, 'campaigns/fuzz/control/Cargo.toml')
  await runCommand(
    'cargo',
    [
      'build',
      '--release',
      '--locked',
      `--manifest-path=${manifest}`,
      `--target=${rustTarget}`,
      `--target-dir=${folder}`,
    ],
    { env: { ...process.env, ...sanitized('address', coverage) } },
  )
}

/**
 * @param {string} target
 * @param {import('../shared/campaign.js').Run} run
 */
async function fuzz(target, { seed, seconds, rounds, figures }) {
  const findings = join(folder, 'findings', target)
  const corpus = join(corpora, target)
  for (const each of [findings, corpus]) mkdirSync(each, { recursive: true })
  const child = spawn(
    join(folder, rustTarget, 'release', target),
    [
      corpus,
      // What was found before is tried first.
      findings,
      // Zero would be a seed of its own choice.
      `-seed=${seed || 1}`,
      `-max_total_time=${Math.max(1, Math.floor(seconds))}`,
      ...(rounds < Infinity ? [`-runs=${rounds * 1_000_000}`] : []),
      '-timeout=20',
      '-rss_limit_mb=2048',
      '-print_final_stats=1',
      `-artifact_prefix=${findings}/`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text) => (said = (said + text).slice(-100_000)))
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status, signal) => resolve(signal ?? status))
  })
  const [, inputs = '0'] = /^stat::number_of_executed_units: (\d+)/m.exec(said) ?? []
  figures.add('inputs', Number(inputs))
  if (code === 0) return
  const [, file] = /Test unit written to (\S+)/.exec(said) ?? []
  const input = file ? `${file}, in base64 ${readFileSync(file, 'base64')}` : 'unknown'
  throw new Fault(`${said.slice(-6000)}\nended with ${code}; the input is ${input}`)
}

/** @type {Promise<void> | undefined} */
let built

/** @type {(name: string) => import('../shared/campaign.js').Part} */
const part = (name) => ({
  name,
  lacks,
  counts: true,
  prepare: () => (built ??= build()),
  run: (run) => fuzz(name, run),
})

export const parser = part('parser')
export const options = part('options')
