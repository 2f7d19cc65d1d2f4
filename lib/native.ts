/** The only module that touches the addon. */
import { loadBinary, type Binary } from './binary.ts'
import type * as Binding from './binding.js'

/** The calls that move bytes. A result below zero is an errno, negated, or {@link OUT_OF_BOUNDS}. */
export interface HotCalls {
  /** Without `maxFds`, which only streams may leave out, descriptors that come are closed. */
  recv(id: number, buffer: Uint8Array, offset: number, length: number, maxFds?: number): number
  recvVectored(id: number, views: readonly Uint8Array[]): number
  recvMany(id: number, slab: Uint8Array, table: Uint32Array, maxFds: number): number
  arrived(table: Uint32Array): number
  peek(id: number, buffer: Uint8Array, offset: number, length: number): number
  nextLength(id: number): number
  send(id: number, buffer: Uint8Array, offset: number, length: number): number
  sendVectored(id: number, views: readonly Uint8Array[], from: number, skip: number): number
  sendMany(id: number, views: readonly Uint8Array[], from: number): number
  sendWith(
    id: number,
    views: readonly Uint8Array[],
    from: number,
    skip: number,
    descriptors: Uint32Array,
    credentials: Uint32Array,
  ): number
  checkDescriptors(numbers: Uint32Array): number
  hold(numbers: Uint32Array, ids: Uint32Array): number
  arm(id: number, direction: 0 | 1): number
  disarm(id: number, direction: 0 | 1): number
  linger(tokens: Uint32Array, count: number, spin: number, sleep: number): number
  keepAlive(keep: 0 | 1): number
  nudge(): number
}

/** What a hot call answers when a view is smaller than what was asked of it. */
export const OUT_OF_BOUNDS = -0x1_0000

/** The flags of a received message, in units of 2^32 above its length. */
export const MESSAGE_FLAG = {
  truncated: 1,
  endOfRecord: 2,
  endOfFile: 4,
  lengthUnknown: 8,
  arrived: 16,
  dropped: 32,
} as const

/** The most that one call is asked to move: what Linux moves at most, and a number V8 keeps unboxed. */
export const MAX_TRANSFER = 0x3fff_f000

type Failure = Extract<Binary, { why: string }>

/** Why there is no addon here, as every call of the package says it. */
function unavailable({ why, cause }: Failure): Error {
  return Object.assign(new Error(`socketpair does not work here: ${why}`, { cause }), {
    code: 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM',
  })
}

/** Imports must work everywhere, so what is missing is said by the calls and not by the import. */
function failing<T extends object>(failure: Failure): T {
  const fail = (): never => {
    throw unavailable(failure)
  }
  return new Proxy({} as T, { get: () => fail })
}

const loaded = loadBinary()
const failure = 'why' in loaded ? loaded : undefined

/** Whether there is an addon for this platform. */
export const available: boolean = failure === undefined

/** For calls that would fail of something else first. @throws why there is no addon, where there is none */
export function requireAddon(): void {
  if (failure) throw unavailable(failure)
}

/** The calls that are made once in an end's life, or seldom. */
export const binding: typeof Binding =
  'addon' in loaded ? (loaded.addon as typeof Binding) : failing(loaded)

const SHARED = Symbol.for('socketpair.shared')

/**
 * What `make` gives, made once for all copies of these modules that stand over the same addon: a test
 * runner evaluates them anew for each file, while the host keeps the addon, and the addon knows one
 * `onReady` for the environment.
 */
export function shared<T extends object>(make: () => T): T {
  if (!available) return make()
  const holder = binding as unknown as { [SHARED]?: T }
  return (holder[SHARED] ??= make())
}

let onReady: (token: number) => void = () => {}

/** Names the function that hears of ends which can be tried: one for the environment. */
export function listen(listener: (token: number) => void): void {
  onReady = listener
}

/** Node and Electron have libuv's event loop; Bun and Deno say that they are Node, and have not. */
function hasLibuv(): boolean {
  const { node, bun } = process.versions
  return node !== undefined && bun === undefined && !('Deno' in globalThis)
}

/** The hot calls of this environment. */
export const calls: HotCalls = failure
  ? failing(failure)
  : (binding.open(
      (token) => onReady(token),
      hasLibuv() && process.env['SOCKETPAIR_READINESS'] !== 'tokio',
    ) as unknown as HotCalls)

/** What tells this thread which ends are ready: see `Supported`. */
export function readiness(): 'loop' | 'tokio' {
  return available ? binding.readiness() : 'tokio'
}
