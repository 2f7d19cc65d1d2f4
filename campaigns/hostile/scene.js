// What the scenes share: peers that are started and ended, operations that must end, and a watch over the event
// loop, the memory and the descriptors of this process.

import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { relay, socketpair, stats } from 'socketpair'
import { comesTrue, countDescriptors, descriptors, residentMemory } from '../shared/own-process.js'
import { Figures } from '../shared/figures.js'
import { begin, fault, hasTime, setContext, started, report } from '../shared/program.js'
import { Random } from '../shared/random.js'

/** Milliseconds between two looks at the clock. */
const TICK = 10
/** Milliseconds of standing still that no busy machine explains. */
const STALL = 3000
/** MiB that a scene may come to above its beginning. */
const MOST_MEMORY = 300
/** Seconds after which what was closed or aborted has ended. */
const PATIENCE = 10

export const random = new Random(started.seed)

const python = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], {
  encoding: 'utf8',
}).trim()

/** @type {Set<import('node:child_process').ChildProcess>} */
const peers = new Set()

/**
 * Starts a peer with these ends as its descriptors 3, 4, …; ours are closed unless they are to be shared.
 *
 * @param {string} name `floods.py`, or a compiled one
 * @param {readonly (string | number)[]} args
 * @param {readonly any[]} ends
 * @param {boolean} [shared]
 */
export function startPeer(name, args, ends, shared = false) {
  const file = fileURLToPath(new URL(`peers/${name}`, import.meta.url))
  const compiled = `${process.env['HOSTILE_PEERS']}/${name}`
  const [command, line] = name.endsWith('.py') ? [python, ['-I', '-S', '-B', file]] : [compiled, []]
  const child = spawn(command, [...line, ...args.map(String)], {
    stdio: ['ignore', 'ignore', 'inherit', ...ends.map(({ fd }) => fd)],
  })
  peers.add(child)
  child.once('exit', () => peers.delete(child))
  if (!shared) for (const end of ends) end.close()
  return child
}

/** @param {import('node:child_process').ChildProcess} child */
export async function endPeer(child) {
  child.kill('SIGKILL')
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

/** Why an operation of a scene was aborted. */
export const ENOUGH = new Error('enough')

/**
 * Follows an operation: it must end, by itself or when the scene closes, with a value or an error that has a
 * code. Gives what it came to; descriptors that came are closed.
 *
 * @param {string} name
 * @param {Promise<any>} operation
 */
export function follow(name, operation) {
  following.add(name)
  const number = ++followed
  open.set(number, name)
  return operation.then(
    (value) => {
      open.delete(number)
      for (const received of value?.fds ?? []) received.close()
      return value
    },
    (error) => {
      open.delete(number)
      if (error !== ENOUGH && typeof error?.code !== 'string')
        fault(`${name} ended without a code`, error)
      return error
    },
  )
}
let followed = 0
/** @type {Map<number, string>} */
const open = new Map()
/** @type {Set<string>} */
const following = new Set()

/** Waits until everything that is followed has ended: all of it was closed or aborted. */
export async function allEnded() {
  if (await comesTrue(() => open.size === 0, PATIENCE)) return
  fault(`closed or aborted, and these have not ended: ${Array.from(open.values()).join(', ')}`)
}

/** @param {number} milliseconds */
export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Starts what waits for readiness: its descriptors stay. */
async function warmUp() {
  const [here, there] = socketpair()
  const reading = here.read(Buffer.alloc(1))
  await there.write('x')
  await reading
  const [next, far] = socketpair()
  const relayed = relay(there, next)
  here.close()
  far.close()
  await relayed
  there.close()
  next.close()
}

/**
 * Plays a scene until the time is over.
 *
 * @param {() => Promise<Record<string, number> | void>} round it closes what it opens
 */
export async function play(round) {
  begin(started.seed)
  await warmUp()
  await round()
  const listed = descriptors()
  const before = countDescriptors()
  const beganWith = residentMemory()
  let [peak, longest, last] = [0, 0, performance.now()]
  let rounds = 1
  let doing = ''
  setContext(() => doing)
  const clock = setInterval(() => {
    const now = performance.now()
    longest = Math.max(longest, now - last - TICK)
    last = now
    if (longest > STALL) fault(`the event loop stood still for ${Math.round(longest)} ms`)
    try {
      peak = Math.max(peak, residentMemory() - beganWith)
    } catch {
      // Without a descriptor to spare the system does not say.
    }
    if (peak > MOST_MEMORY) fault(`${Math.round(peak)} MiB more than at the beginning`)
  }, TICK)
  const totals = new Figures()
  while (hasTime()) {
    following.clear()
    const figures = (await round()) ?? {}
    doing = Array.from(following).join(', ')
    totals.addAll(figures)
    rounds++
    await allEnded()
    const back = await comesTrue(() => {
      const { openEnds, receivedFds, pendingOperations } = stats()
      return openEnds === 0 && receivedFds === 0 && pendingOperations === 0
    })
    if (!back) fault(`everything is closed, and stats() says ${JSON.stringify(stats())}`)
    if (!(await comesTrue(() => countDescriptors() <= before))) {
      const more = descriptors().filter((each) => !listed.includes(each))
      fault(`${countDescriptors()} descriptors, ${before} before; new: ${more.join(', ')}`)
    }
  }
  clearInterval(clock)
  for (const child of peers) child.kill('SIGKILL')
  report({ rounds, ...totals.all(), 'most ms between ticks': longest, 'most MiB more': peak })
  process.exit(0)
}
