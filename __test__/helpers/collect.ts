/** Collects garbage until `done`, or so often that it will never be; false then. */
export async function collectUntil(done: () => boolean): Promise<boolean> {
  const { gc } = globalThis
  if (gc === undefined) throw new Error('these tests need --expose-gc')
  for (let round = 0; round < 100; round++) {
    if (done()) return true
    // What `done` has looked at is kept to the end of its turn; what gc() found is told in a later one.
    await new Promise((resolve) => setImmediate(resolve))
    gc()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return done()
}
