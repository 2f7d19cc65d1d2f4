/**
 * Room for large writes: a stream whose large writes keep waiting gets a larger send buffer, once. Each
 * wait costs the two processes a switch, and with twice the room there are half as many.
 */
import type { End } from './end.js'
import { binding } from './native.js'

/** Bytes: what a usual buffer takes in a few writes. */
const LARGE = 64 * 1024
/** Waits: fewer may be the reader's start, or a peer that does not read at all. */
const ENOUGH = 4

/** A write of so many bytes has to wait for room. */
export function hasToWait(end: End, bytes: number): void {
  if (bytes < LARGE || ++end.largeWaits !== ENOUGH) return
  try {
    binding.raiseSendBuffer(end.id)
  } catch {
    // It goes on with the room that there is.
  }
}

/** The size of the send buffer is somebody's choice, and stays. */
export function keepSendBuffer(end: End): void {
  end.largeWaits = ENOUGH
}
