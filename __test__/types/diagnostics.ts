// Checked by the compiler alone, never run: what the package tells about itself is typed.
import { subscribe } from 'node:diagnostics_channel'
import {
  type CloseMessage,
  type DiagnosticsMessages,
  type EndMessage,
  type ErrorMessage,
  type OpenMessage,
  type Socket,
  socketpair,
  type SocketType,
  type Stats,
  stats,
  type UnclaimedMessage,
} from 'socketpair'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Compiles only when `A` and `B` are the same type, in both directions. */
function same<A, B>(..._proof: Same<A, B> extends true ? [] : ['not the same type']): void {}

export function everyChannelHasAMessage(): void {
  same<DiagnosticsMessages['socketpair:open'], OpenMessage>()
  same<DiagnosticsMessages['socketpair:close'], CloseMessage>()
  same<DiagnosticsMessages['socketpair:error'], ErrorMessage>()
  same<DiagnosticsMessages['socketpair:fd-unclaimed'], UnclaimedMessage>()
  same<OpenMessage['socket'], Socket>()
  same<EndMessage['type'], SocketType>()
  same<CloseMessage['reason'], 'close' | 'detach' | 'transfer' | 'collect'>()
  subscribe('socketpair:close', (message) => {
    const { bytesRead } = message as DiagnosticsMessages['socketpair:close']
    same<typeof bytesRead, number | undefined>()
  })
}

export function countsAreNumbers(): void {
  same<ReturnType<typeof stats>, Stats>()
  same<typeof socketpair.stats, typeof stats>()
  same<Stats[keyof Stats], number>()
  // @ts-expect-error they are not to be set
  stats().openEnds = 0
}
