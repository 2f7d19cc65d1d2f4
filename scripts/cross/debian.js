// Debian packages, fetched and unpacked into a folder of .cross/ and never installed.

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isInstalled } from '../prerequisites.js'
import { StepFailed, root, run } from '../steps.js'

/** Everything that is only needed to build for other platforms; git ignores it. */
export const crossFolder = join(root, '.cross')

/**
 * @typedef {object} Request
 * @property {readonly string[]} packages
 * @property {boolean} [alone] without what they depend on
 * @property {string} [architecture] another one than this machine's
 * @property {string} [release] another one than this machine's, by its code name
 * @property {Readonly<Record<string, readonly string[]>>} [only] of a package, the files that match
 */

/**
 * Fetches packages and unpacks them into `.cross/NAME`, unless they are there.
 *
 * @param {string} name
 * @param {Request} request
 * @returns {Promise<string>} the folder
 */
export async function unpackDebian(name, request) {
  const folder = join(crossFolder, name)
  // Written last, so that it also tells a download that was interrupted.
  const record = join(folder, 'packages.json')
  if (existsSync(record)) return folder
  if (!isInstalled('apt-get') || !isInstalled('dpkg-deb')) {
    throw new StepFailed('What builds for other platforms are Debian packages: this needs Debian.')
  }
  const work = join(crossFolder, `${name}.apt`)
  rmSync(folder, { recursive: true, force: true })
  rmSync(work, { recursive: true, force: true })
  for (const path of ['state/lists/partial', 'archives/partial']) {
    mkdirSync(join(work, path), { recursive: true })
  }
  mkdirSync(folder, { recursive: true })
  const archives = join(work, 'archives')
  await fetchArchives(work, archives, request)
  const files = readdirSync(archives).filter((file) => file.endsWith('.deb'))
  for (const file of files) {
    await unpack(join(archives, file), folder, request.only?.[file.replace(/_.*/, '')])
  }
  rmSync(work, { recursive: true })
  writeFileSync(record, `${JSON.stringify(files, null, 2)}\n`)
  return folder
}

/**
 * @param {string} work
 * @param {string} archives
 * @param {Request} request
 */
async function fetchArchives(work, archives, { packages, alone, architecture, release }) {
  const options = [
    '--quiet=2',
    // Lists and downloads of our own: those of the system may be old, and need root to change.
    `--option=Dir::State=${join(work, 'state')}`,
    '--option=Dir::State::status=/var/lib/dpkg/status',
    `--option=Dir::Cache=${work}`,
    '--option=Debug::NoLocking=true',
    ...(process.getuid?.() === 0 ? ['--option=APT::Sandbox::User=root'] : []),
  ]
  if (architecture !== undefined) {
    // Known to this call alone: dpkg --add-architecture would be known to the whole machine.
    options.push(
      '--option=APT::Architectures::=amd64',
      `--option=APT::Architectures::=${architecture}`,
    )
  }
  if (release !== undefined) {
    const list = join(work, 'sources.list')
    writeFileSync(list, `deb ${debianMirror()} ${release} main\n`)
    options.push(
      `--option=Dir::Etc::sourcelist=${list}`,
      '--option=Dir::Etc::sourceparts=/dev/null',
    )
  }
  const names = packages.map((name) => (architecture ? `${name}:${architecture}` : name))
  await run('apt-get', [...options, 'update'])
  if (alone) return run('apt-get', [...options, 'download', ...names], { cwd: archives })
  const install = ['install', '--download-only', '--no-install-recommends', '--yes']
  return run('apt-get', [...options, ...install, ...names])
}

/** Where this machine gets its own packages from. */
function debianMirror() {
  const policy = execFileSync('apt-cache', ['policy'], { encoding: 'utf8' })
  const mirror = policy.match(/https?:\/\/\S+\/debian(?= )/)?.[0]
  if (mirror === undefined) throw new StepFailed('apt knows no mirror of Debian')
  return mirror
}

/**
 * @param {string} archive
 * @param {string} folder
 * @param {readonly string[]} [only]
 */
function unpack(archive, folder, only) {
  if (only === undefined) return run('dpkg-deb', ['--extract', archive, folder])
  const script =
    'archive=$0 folder=$1; shift; dpkg-deb --fsys-tarfile "$archive" | tar --extract --directory="$folder" --wildcards "$@"'
  return run('sh', ['-c', script, archive, folder, ...only])
}
