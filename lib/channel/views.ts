import { failureOf } from '../errors.js'
import { OUT_OF_BOUNDS } from '../native.js'
import type { FrameWriter, Item } from './frame-writer.js'

/**
 * The header has told how long the body is: its memory must not have changed since.
 * @throws ERR_INVALID_STATE it is shorter now
 */
export function checkItem({ views, lengths }: Item): void {
  for (let index = 0; index < views.length; index++) {
    if ((views[index] as Uint8Array).length !== lengths[index])
      throw failureOf(OUT_OF_BOUNDS, 'sendmsg')
  }
}

/**
 * The items that have not gone and whose memory is as it was.
 * @throws ERR_INVALID_STATE the first one's is not
 */
export function sound({ items, head }: FrameWriter): readonly Item[] {
  for (let index = head; index < items.length; index++) {
    try {
      checkItem(items[index] as Item)
    } catch (error) {
      if (index === head) throw error
      return items.slice(head, index)
    }
  }
  return items.slice(head)
}
