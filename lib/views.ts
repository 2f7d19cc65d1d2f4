import { failureOf } from './errors.js'
import { OUT_OF_BOUNDS } from './native.js'
import { byteLengthOf, part } from './typed-arrays.js'

/**
 * The views of a list, each as long as it was when the operation began: the memory of one may have been
 * detached or shrunk while it waited, and a call would silently move less.
 *
 * @throws ERR_INVALID_STATE one of them is shorter now
 */
export function sameLengths(views: Uint8Array[], lengths: readonly number[]): Uint8Array[] {
  for (let index = 0; index < views.length; index++) {
    const view = views[index] as Uint8Array
    const length = lengths[index] as number
    const now = byteLengthOf(view)
    if (now < length) throw failureOf(OUT_OF_BOUNDS, 'recvmsg')
    // A view of a buffer that grew: what was asked for is what it was then.
    if (now > length) views[index] = part(view, 0, length)
  }
  return views
}
