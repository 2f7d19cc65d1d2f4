// Bytes, values, descriptors and ends in every form, each checked where it arrives.

import { stats } from 'socketpair'
import { begin, fault, hasTime, setContext, started, report } from '../../shared/program.js'
import { comesTrue } from '../../shared/own-process.js'
import { Random } from '../../shared/random.js'
import { Watch } from '../../shared/watch.js'
import { json, raw, requests, v8 } from '../forms/channels.js'
import { descriptors, threads } from '../forms/handing-over.js'
import { dgram, relayed, seqpacket, stream } from '../forms/sockets.js'
import { duplex, web } from '../forms/streams.js'

/** @type {Record<string, [string, (random: Random) => Promise<number>]>} */
const forms = {
  stream: ['bytes', stream],
  relayed: ['bytes', relayed],
  dgram: ['bytes', dgram],
  seqpacket: ['bytes', seqpacket],
  duplex: ['bytes', duplex],
  web: ['bytes', web],
  raw: ['bytes', raw],
  json: ['values', json],
  v8: ['values', v8],
  requests: ['requests', requests],
  descriptors: ['descriptors', descriptors],
  threads: ['transfers', threads],
}
const names = Object.keys(forms)
const random = new Random(started.seed)
const watch = new Watch()
/** @type {Record<string, number>} */
const totals = {}
begin(started.seed)
for (let turn = 0; turn < names.length || hasTime() || watch.warming; turn++) {
  // Each once, then whatever comes.
  const name = names[turn] ?? random.pick(names)
  setContext(() => name)
  const [unit, move] = forms[name] ?? fault(`unknown: ${name}`)
  try {
    totals[unit] = (totals[unit] ?? 0) + (await move(random))
  } catch (error) {
    fault('what arrived is not what was sent', error)
  }
  if (!(await comesTrue(() => stats().openEnds === 0 && stats().pendingOperations === 0))) {
    fault(`everything is closed, and stats() says ${JSON.stringify(stats())}`)
  }
  if (turn >= names.length) await watch.look()
}
report({ ...totals, ...watch.end() })
process.exit(0)
