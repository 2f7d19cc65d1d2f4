/** Lines as messages. */

const NEWLINE = 10
/** Any pair of messages takes so much, and its queue holds a few of them. */
const MOST_BYTES = 64 * 1024

/** Each line with its newline, and the rest behind the last one; what is longer than 64 KiB in pieces. */
export async function* lines(input: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of input) {
    let data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (let length = lengthOfFirst(data); length > 0; length = lengthOfFirst(data)) {
      yield data.subarray(0, length)
      data = data.subarray(length)
    }
    rest = data
  }
  if (rest.length > 0) yield rest
}

/** 0 where more has to come first. */
function lengthOfFirst(data: Buffer): number {
  const newline = data.subarray(0, MOST_BYTES).indexOf(NEWLINE)
  if (newline >= 0) return newline + 1
  return data.length >= MOST_BYTES ? MOST_BYTES : 0
}
