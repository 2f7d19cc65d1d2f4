// Random programs of calls with hostile arguments over random pairs. After each, all promises have settled,
// nothing is left open, and honest traffic beside it has arrived.

import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import { receive, socketpair, stats } from 'socketpair'
import { comesTrue, descriptors } from '../../shared/own-process.js'
import { begin, fault, hasTime, started, report } from '../../shared/program.js'
import { Random } from '../../shared/random.js'
import { makeChannels, ofChannels } from '../api/channel-operations.js'
import { disturbances } from '../api/disturbances.js'
import { Honest } from '../api/honest.js'
import { ofAll, ofMessages, ofStreams } from '../api/socket-operations.js'
import { World } from '../api/world.js'

/** Programs after which the table of descriptors is looked at. */
const EACH = 50

/** @param {World} world */
function step(world) {
  const { random } = world
  if (world.channels.length > 0 && random.once(2)) {
    const channel = random.pick(world.channels)
    const [name, call] = random.pick(ofChannels)
    world.attempt(`channel.${name} (${channel.how})`, () => call(world, channel))
    return
  }
  const { socket } = world
  if (random.once(4)) {
    const [name, call] = random.pick(ofAll)
    // Most programs would be over at once.
    if (['close', 'shutdown'].includes(name) && !random.once(4)) return
    world.attempt(`${socket.type}: ${name}`, () => call(world, socket))
    return
  }
  const [name, call] = random.pick(socket.type === 'stream' ? ofStreams : ofMessages)
  if (world.channels.some((channel) => channel.socket === socket) && !random.once(10)) return
  world.mixes(socket)
  world.attempt(`${socket.type}: ${name}`, () => call(world, socket))
}

/** @param {World} world */
async function closeAll(world) {
  for (const duplex of world.duplexes) duplex.destroy()
  for (const channel of world.channels) {
    if ('destroy' in channel.socket) channel.socket.destroy()
    else channel.socket.close()
    channel.close().catch(() => {})
  }
  for (const token of world.tokens) {
    try {
      receive(token).close()
    } catch {
      // It was received already, or its time is over.
    }
  }
  for (const socket of world.sockets) socket.close()
}

/** @param {number} seed */
async function run(seed) {
  const random = new Random(seed)
  const world = new World(random)
  world.disturbances = disturbances
  const honest = new Honest(random)
  for (let i = random.between(1, 3); i > 0; i--) world.makePair()
  if (random.once(2)) makeChannels(world)
  for (let i = random.between(4, 50); i > 0; i--) {
    step(world)
    world.checkCounters()
    if (random.once(6)) honest.write()
    if (random.once(6)) honest.send()
    if (random.once(6)) await turn()
    else if (random.once(3)) await Promise.resolve()
    else if (random.once(30)) await sleep(1)
  }
  await honest.finish().catch((error) => world.fail('honest traffic', error))
  world.checkGuards()
  await closeAll(world)
  world.checkCounters()
  if (!(await comesTrue(() => world.pending.size === 0))) {
    const left = Array.from(world.pending.values()).join(', ')
    world.fail(`everything is closed, and these have not settled: ${left}`)
  }
  world.checkGuards()
  const back = await comesTrue(() => {
    const { pendingOperations, openEnds, receivedFds } = stats()
    return pendingOperations === 0 && openEnds === 0 && receivedFds === 0
  })
  if (!back) world.fail(`everything is closed, and stats() says ${JSON.stringify(stats())}`)
  world.checkCounters()
  // An unhandled rejection is reported by now, while this program is the one that is named.
  await turn()
  return world.operations
}

/** Starts what waits for readiness: its descriptors stay. */
async function warmUp() {
  const [here, there] = socketpair()
  const reading = here.read(Buffer.alloc(1))
  await there.write('x')
  await reading
  here.close()
  there.close()
  for (let seed = 0; seed < 3; seed++) await run(seed)
}

const most = Number(started.args[0])
await warmUp()
const before = descriptors().length
let [programs, operations] = [0, 0]
while (programs < most && (hasTime() || programs === 0)) {
  const seed = (started.seed + programs++) >>> 0
  begin(seed)
  operations += await run(seed)
  if (programs % EACH > 0 && programs < most && hasTime()) continue
  if (!(await comesTrue(() => descriptors().length <= before))) {
    fault(`descriptors were left open:\n${descriptors().join('\n')}`)
  }
}
report({ programs, operations })
process.exit(0)
