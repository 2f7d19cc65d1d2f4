/** `socketpair connect`: two programs, an end each. */
import { type AnySocket, type SocketType, socketpair } from 'socketpair'
import { Children, statusOf } from './children.js'
import { codeOf, messageOf } from './failure.js'
import { Meter } from './meter.js'
import { descriptorOption, type Invocation } from './options.js'
import { Recording } from './recording.js'
import { carry, type Counts } from './carrying.js'

/** Runs it; gives the exit status. */
export async function connect({ values, commands }: Invocation): Promise<number> {
  const type = (values['type'] ?? 'stream') as SocketType
  const fd = descriptorOption(values['fd'], 'connect')
  const tee = values['tee']
  const isWatched = values['meter'] !== undefined || tee !== undefined
  const record = typeof tee === 'string' ? await Recording.open(tee, type, commands) : undefined

  const { theirs, ours } = makeEnds(type, isWatched)
  const children = new Children()
  try {
    try {
      for (const [index, command] of commands.entries()) {
        const place = { fd, others: ['inherit', 'inherit', 'inherit'] } as const
        await children.start(command, theirs[index] as AnySocket, place)
      }
    } finally {
      // Each program has its own; with ours open none would ever see the end.
      for (const end of theirs) end.close()
    }
    const watching = ours && watch(ours, children, { record, isMetered: !!values['meter'] })
    await Promise.race([Promise.all([children.ended(), watching]), children.interrupted])
    // After a signal nobody is left to carry anything to.
    for (const end of ours ?? []) end.close()
    const failed = await watching
    if (children.signal) return statusOf(children.signal)
    return children.status || (failed ? 1 : 0)
  } catch (error) {
    for (const end of ours ?? []) end.close()
    await children.stop()
    throw error
  } finally {
    children.release()
    await record?.close()
  }
}

/** The ends of the programs and, where somebody watches, those between them. */
function makeEnds(type: SocketType, isWatched: boolean) {
  const [one, other] = socketpair(type)
  if (!isWatched) return { theirs: [one, other], ours: undefined }
  const [near, second] = socketpair(type)
  return { theirs: [one, second], ours: [other, near] as const }
}

interface Watching {
  record: Recording | undefined
  isMetered: boolean
}

/** Carries and shows what the programs say until they have nothing more to say; gives whether that failed. */
async function watch(
  ours: readonly [AnySocket, AnySocket],
  children: Children,
  { record, isMetered }: Watching,
): Promise<boolean> {
  const counts: Counts = { aToB: 0, bToA: 0 }
  const meter = isMetered ? new Meter(process.stderr, counts) : undefined
  let failed = false
  try {
    await carry(ours, counts, record, children.ended())
  } catch (error) {
    // Closed here, after a signal.
    failed = codeOf(error) !== 'ECANCELED'
    if (failed) process.stderr.write(`socketpair connect: ${messageOf(error)}\n`)
  }
  // Datagrams of a program that is left alone go nowhere, as without us.
  for (const end of ours) end.close()
  await children.ended()
  meter?.end()
  return failed || (record?.failed ?? false)
}
