// Reading what LeakSanitizer says at the end of a Node: what Node leaves behind is not ours.

/** Frames between the allocator and the code that wanted the memory. */
const NEAR = 12

/**
 * The leaks whose memory the addon asked for; undefined if there are none.
 *
 * @param {string} report
 */
export function leaksOfAddon(report) {
  const found = report.split(/\n(?=(?:Direct|Indirect) leak of )/).slice(1)
  const ours = found.filter((leak) => {
    const frames = leak.split('\n').filter((line) => /^\s+#\d+ /.test(line))
    // What napi or V8 allocates on the addon's behalf belongs to Node.
    const first = frames
      .slice(0, NEAR)
      .find((line) => !/__interceptor_|libsanitizer|lib(?:asan|stdc\+\+|c)\./.test(line))
    return first?.includes('socketpair.node') === true
  })
  return ours.length > 0 ? ours.slice(0, 5).join('\n') : undefined
}
