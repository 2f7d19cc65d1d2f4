// The platforms of the package: one row each, and everything else (npm/, the builds, their checks, the table in the
// documentation) follows from it.

/**
 * @typedef {object} Target
 * @property {string} name of the platform's package, after `socketpair-`; as napi-rs would say it
 * @property {string} triple as rustc says it
 * @property {string} zig as zig says it, with the oldest version of the system that has to do
 * @property {'linux' | 'darwin' | 'freebsd' | 'netbsd' | 'openbsd'} os as `process.platform` says it
 * @property {'x64' | 'arm64'} cpu as `process.arch` says it
 * @property {'glibc' | 'musl'} [libc]
 * @property {string} title for people
 * @property {string} floor the oldest system it is made for
 * @property {readonly (string | RegExp)[]} libraries all that it may need
 * @property {'native' | 'emulated' | undefined} runs how this kind of machine, Linux x64, runs it
 */

const glibc = /** @type {const} */ ([
  /^lib(c|m|pthread|dl|rt)\.so\.\d+$/,
  /^ld-linux-(x86-64|aarch64)\.so\.\d$/,
])
const darwin = /** @type {const} */ ([
  '/usr/lib/libSystem.B.dylib',
  '/usr/lib/libiconv.2.dylib',
  '/usr/lib/libcharset.1.dylib',
])

/** @type {readonly Target[]} */
export const targets = [
  {
    name: 'linux-x64-gnu',
    triple: 'x86_64-unknown-linux-gnu',
    zig: 'x86_64-linux-gnu.2.17',
    os: 'linux',
    cpu: 'x64',
    libc: 'glibc',
    title: 'Linux x64, glibc',
    floor: 'glibc 2.17',
    libraries: glibc,
    runs: 'native',
  },
  {
    name: 'linux-arm64-gnu',
    triple: 'aarch64-unknown-linux-gnu',
    zig: 'aarch64-linux-gnu.2.17',
    os: 'linux',
    cpu: 'arm64',
    libc: 'glibc',
    title: 'Linux arm64, glibc',
    floor: 'glibc 2.17',
    libraries: glibc,
    runs: 'emulated',
  },
  {
    name: 'linux-x64-musl',
    triple: 'x86_64-unknown-linux-musl',
    zig: 'x86_64-linux-musl',
    os: 'linux',
    cpu: 'x64',
    libc: 'musl',
    title: 'Linux x64, musl',
    floor: 'musl 1.2',
    libraries: ['libc.so'],
    runs: 'native',
  },
  {
    name: 'linux-arm64-musl',
    triple: 'aarch64-unknown-linux-musl',
    zig: 'aarch64-linux-musl',
    os: 'linux',
    cpu: 'arm64',
    libc: 'musl',
    title: 'Linux arm64, musl',
    floor: 'musl 1.2',
    libraries: ['libc.so'],
    runs: 'emulated',
  },
  {
    name: 'darwin-x64',
    triple: 'x86_64-apple-darwin',
    zig: 'x86_64-macos.11.0',
    os: 'darwin',
    cpu: 'x64',
    title: 'macOS x64',
    floor: 'macOS 11.0',
    libraries: darwin,
    runs: undefined,
  },
  {
    name: 'darwin-arm64',
    triple: 'aarch64-apple-darwin',
    zig: 'aarch64-macos.11.0',
    os: 'darwin',
    cpu: 'arm64',
    title: 'macOS arm64',
    floor: 'macOS 11.0',
    libraries: darwin,
    runs: undefined,
  },
  {
    name: 'freebsd-x64',
    triple: 'x86_64-unknown-freebsd',
    zig: 'x86_64-freebsd',
    os: 'freebsd',
    cpu: 'x64',
    title: 'FreeBSD x64',
    floor: 'FreeBSD 14',
    libraries: [
      'libc.so.7',
      'libthr.so.3',
      'libm.so.5',
      'libkvm.so.7',
      'librt.so.1',
      'libutil.so.9',
    ],
    runs: undefined,
  },
  {
    name: 'netbsd-x64',
    triple: 'x86_64-unknown-netbsd',
    zig: 'x86_64-netbsd-none',
    os: 'netbsd',
    cpu: 'x64',
    title: 'NetBSD x64',
    floor: 'NetBSD 10',
    libraries: ['libc.so.12', 'libpthread.so.1', 'libm.so.0', 'librt.so.1'],
    runs: undefined,
  },
]

/** @param {Target} target */
export const binaryOf = ({ name }) => `socketpair.${name}.node`

/** @param {Target} target the binary's place, in the project */
export const placeOf = (target) => `npm/${target.name}/${binaryOf(target)}`

/** @param {readonly string[]} names none: all */
export function chosenTargets(names) {
  const unknown = names.find((name) => !targets.some((target) => target.name === name))
  if (unknown !== undefined) {
    const known = targets.map(({ name }) => name).join(', ')
    throw new RangeError(`there is no target ${unknown}; there are ${known}`)
  }
  return names.length === 0 ? targets : targets.filter(({ name }) => names.includes(name))
}
