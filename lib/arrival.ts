/** What came along with messages: descriptors and credentials, from the addon to the message's reader. */
import type { End } from './end.js'
import type { MessageInfo, StreamMessageInfo } from './message.js'
import { calls } from './native.js'
import { attach, type Parcel } from './parcel.js'

/** The numbers of one arrival before its descriptors; see src/arrivals.rs. */
const FIELDS = 9

const FLAG = { truncated: 1, credentials: 2, pidfd: 4, carryingByte: 8 } as const

let table = new Uint32Array(FIELDS + 2 * 253)

/** What came along with a receive of `end`, each put on the `info` of its row in a batch. */
export function unpack(end: End, infoOf: (row: number) => MessageInfo): Parcel[] {
  const length = fetch()
  const parcels: Parcel[] = []
  for (let at = 0; at < length;) {
    const [row, flags, count, carryingByte, pid, uid, gid] = table.subarray(
      at,
      at + FIELDS,
    ) as unknown as [number, number, number, number, number, number, number]
    const begin = at + FIELDS
    const hasPidfd = (flags & FLAG.pidfd) !== 0
    at = begin + 2 * count
    const info = infoOf(row)
    info.fdsTruncated = (flags & FLAG.truncated) !== 0
    if ((flags & FLAG.credentials) !== 0) info.credentials = { pid: pid | 0, uid, gid }
    if ((flags & FLAG.carryingByte) !== 0) {
      ;(info as StreamMessageInfo).carryingByte = carryingByte
    }
    if (count === 0 && !hasPidfd) continue
    const pidfdPair = hasPidfd ? table.slice(begin - 2, begin) : new Uint32Array()
    parcels.push(...attach(info, table.slice(begin, at), pidfdPair, end))
  }
  return parcels
}

/** Fills the table; gives how many numbers are in it. */
function fetch(): number {
  const length = calls.arrived(table)
  if (length <= table.length) return length
  table = new Uint32Array(length)
  return calls.arrived(table)
}
