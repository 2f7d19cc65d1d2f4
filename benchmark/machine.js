// Where figures come from, which they mean nothing without.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os'

/** @param {URL} url */
const versionIn = (url) => JSON.parse(readFileSync(url, 'utf8')).version

/** The machine, and what else it is doing now. */
export function describeMachine() {
  return {
    platform: process.platform,
    release: release(),
    arch: process.arch,
    cpu: cpus()[0]?.model ?? '',
    cpus: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    load: Number((loadavg()[0] ?? 0).toFixed(2)),
    date: new Date().toISOString(),
  }
}

/** @param {readonly import('./configurations/common.js').Peer[]} peers those that take part */
export function describeVersions(peers) {
  const installed = peers.map((peer) => [
    peer,
    versionIn(new URL(`peers/node_modules/${peer}/package.json`, import.meta.url)),
  ])
  return {
    socketpair: versionIn(new URL('../package.json', import.meta.url)),
    node: process.versions.node,
    v8: process.versions.v8,
    libuv: process.versions.uv,
    cc: compilerVersion(),
    ...Object.fromEntries(installed),
  }
}

function compilerVersion() {
  try {
    return execFileSync('cc', ['--version'], { encoding: 'utf8' }).split('\n')[0] ?? ''
  } catch {
    return 'none'
  }
}
