import { failureOf } from '../errors.js'
import { OUT_OF_BOUNDS } from '../native.js'
import type { Item } from './frame-writer.js'

/**
 * The header has told how long the body is: its memory must not have changed since.
 * @throws ERR_INVALID_STATE it is shorter now
 */
export function checkItem({ views, lengths }: Item): void {
  for (let index = 0; index < views.length; index++) {
    if ((views[index] as Uint8Array).length !== lengths[index]) throw failureOf(OUT_OF_BOUNDS, 'sendmsg')
  }
}
