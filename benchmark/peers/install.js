// The other packages and runtimes, which nothing else here depends on.

import { spawnSync } from 'node:child_process'

const folder = `${import.meta.dirname}/`

/** Installs what can be installed; what cannot is found missing by {@link whyMissing}. */
export function installPeers() {
  const args = ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund']
  spawnSync('npm', [...args, '--loglevel=error'], { stdio: ['ignore', 'inherit', 'inherit'] })
}

/**
 * Why a peer does not start here; nothing where it does. Starting it takes a process of its own, since
 * one of them ends the process when it dislikes something.
 *
 * @param {import('../configurations/common.js').Peer} peer
 */
export function whyMissing(peer) {
  const isRuntime = peer === 'bun' || peer === 'deno'
  const [command, args] = isRuntime
    ? [`${folder}node_modules/.bin/${peer}`, ['--version']]
    : [process.execPath, ['--input-type=module', '--eval', `await import('${peer}')`]]
  const { status, error, stderr } = spawnSync(command, args, { cwd: folder, encoding: 'utf8' })
  if (status === 0) return
  const reason = stderr?.match(/^\w*Error.*$/m)?.[0] ?? stderr?.trim().split('\n').at(-1)
  // Without this machine's paths: the reason goes into the results.
  return (error?.message ?? reason ?? `exit status ${status}`).replaceAll(folder, '')
}
