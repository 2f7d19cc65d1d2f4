// How cargo is made to compile with a sanitizer: a flag that stable Rust keeps to itself.

/** With a target named, build scripts and macros are compiled without. */
export const rustTarget = 'x86_64-unknown-linux-gnu'

/**
 * The environment of such a cargo.
 *
 * @param {'address' | 'thread'} sanitizer
 * @param {readonly string[]} [flags]
 */
export function sanitized(sanitizer, flags = []) {
  return {
    RUSTC_BOOTSTRAP: '1',
    RUSTFLAGS: [`-Zsanitizer=${sanitizer}`, ...flags].join(' '),
  }
}
