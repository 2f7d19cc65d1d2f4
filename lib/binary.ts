/** Finds the addon: beside this package in a clone, else in the package of the platform. */
import { files } from './late-modules.ts'
import { load } from './load.ts'

/** The platforms that have a package, named `socketpair-` and this. */
const PACKAGED = [
  'linux-x64-gnu',
  'linux-arm64-gnu',
  'linux-x64-musl',
  'linux-arm64-musl',
  'darwin-x64',
  'darwin-arm64',
  'freebsd-x64',
  'netbsd-x64',
]

/** The addon, or why there is none: what follows "socketpair does not work here: ". */
export type Binary = { readonly addon: object } | { readonly why: string; readonly cause: unknown }

/** The C library that this process runs on, which is not always the one of the system. */
function libc(): 'gnu' | 'musl' {
  try {
    // An executable names its dynamic linker in its first page, unless somebody has moved that.
    const { closeSync, openSync, readSync } = files()
    const head = Buffer.alloc(4096)
    const file = openSync(process.execPath, 'r')
    try {
      readSync(file, head, 0, head.length, 0)
    } finally {
      closeSync(file)
    }
    const linker = /\/ld(?:-(musl|linux)-|64\.so|\.so)/.exec(head.toString('latin1'))
    if (linker) return linker[1] === 'musl' ? 'musl' : 'gnu'
  } catch {
    // Not allowed to read: Deno has permissions.
  }
  const report = process.report?.getReport() as { header?: object } | undefined
  return report?.header && !('glibcVersionRuntime' in report.header) ? 'musl' : 'gnu'
}

/** The name of this platform, as napi-rs gives it to files. */
function platformName(): string {
  const { platform, arch } = process
  if (platform !== 'linux') return `${platform}-${arch}`
  return `linux-${arch}-${libc()}${arch === 'arm' ? 'eabihf' : ''}`
}

function inWords(platform: string): string {
  const [, arch = '', c] = platform.split('-')
  if (c !== undefined) return `Linux on ${arch} with ${c.startsWith('musl') ? 'musl' : 'glibc'}`
  const names: Partial<Record<NodeJS.Platform, string>> = {
    darwin: 'macOS',
    freebsd: 'FreeBSD',
    netbsd: 'NetBSD',
    openbsd: 'OpenBSD',
    sunos: 'illumos or Solaris',
  }
  return `${names[process.platform] ?? process.platform} on ${arch}`
}

function resolves(name: string): boolean {
  try {
    load.resolve(name)
    return true
  } catch {
    return false
  }
}

/** `@0.1.0`; nothing where these modules are no longer beside their package.json: in a bundle. */
function ownVersion(): string {
  try {
    const { name, version } = load('../package.json') as { name: string; version: string }
    return name === 'socketpair' ? `@${version}` : ''
  } catch {
    return ''
  }
}

function whyNot(platform: string, error: unknown): string {
  if (process.platform === 'win32') {
    return 'Windows has no socketpair(2), and its AF_UNIX sockets know neither datagrams nor descriptors'
  }
  const here = inWords(platform)
  const name = `socketpair-${platform}`
  if (!PACKAGED.includes(platform)) {
    const known = PACKAGED.join(', ')
    return `there is no prebuilt binary for ${here} (${platform}), only for ${known}; it can be built from the source`
  }
  if (resolves(name)) {
    const said = error instanceof Error ? error.message : String(error)
    return `the binary for ${here}, in the package ${name}, could not be loaded: ${said}`
  }
  const others = PACKAGED.filter((other) => resolves(`socketpair-${other}/package.json`))
  const wrong =
    others.length === 0
      ? ''
      : ` Installed instead: ${others.map((other) => `socketpair-${other}`).join(', ')}; was node_modules copied from another system?`
  return (
    `the package ${name}, which holds the binary for ${here}, is not installed.${wrong}` +
    ' It is an optional dependency: npm leaves it out with --omit=optional, and may by a bug where the lockfile' +
    ' was written on another system (https://github.com/npm/cli/issues/4828).' +
    ' Remove node_modules and package-lock.json and run `npm install` again,' +
    ` or add it by \`npm install --save-optional ${name}${ownVersion()}\``
  )
}

/** Loads the addon; SOCKETPAIR_BINARY names a file of its own, which then has to do. */
export function loadBinary(): Binary {
  const named = process.env['SOCKETPAIR_BINARY']
  if (named) {
    try {
      return { addon: load(named) as object }
    } catch (cause) {
      return { why: `what SOCKETPAIR_BINARY names, ${named}, could not be loaded`, cause }
    }
  }
  const platform = platformName()
  const own = `../socketpair.${platform}.node`
  let cause: unknown
  for (const place of [own, `socketpair-${platform}`]) {
    try {
      return { addon: load(place) as object }
    } catch (error) {
      // A binary of one's own that does not load says more than the missing package after it.
      if (place !== own || resolves(own)) cause ??= error
    }
  }
  return { why: whyNot(platform, cause), cause }
}
