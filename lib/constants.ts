import { available, binding } from './native.js'

/** The names that every system has which the package knows. */
type Everywhere =
  | 'AF_UNSPEC'
  | 'AF_UNIX'
  | 'AF_LOCAL'
  | 'AF_INET'
  | 'AF_INET6'
  | 'PF_UNSPEC'
  | 'PF_UNIX'
  | 'PF_LOCAL'
  | 'PF_INET'
  | 'PF_INET6'
  | 'SOCK_STREAM'
  | 'SOCK_DGRAM'
  | 'SOCK_SEQPACKET'
  | 'SOCK_RAW'
  | 'SOCK_RDM'
  | 'MSG_CTRUNC'
  | 'MSG_DONTROUTE'
  | 'MSG_DONTWAIT'
  | 'MSG_EOR'
  | 'MSG_OOB'
  | 'MSG_PEEK'
  | 'MSG_TRUNC'
  | 'MSG_WAITALL'
  | 'SHUT_RD'
  | 'SHUT_WR'
  | 'SHUT_RDWR'

/** The names that some of them lack. */
type Somewhere =
  | 'AF_NETLINK'
  | 'AF_PACKET'
  | 'AF_TIPC'
  | 'AF_VSOCK'
  | 'SOCK_NONBLOCK'
  | 'SOCK_CLOEXEC'
  | 'SOCK_CLOFORK'
  | 'SOCK_NOSIGPIPE'
  | 'MSG_CMSG_CLOEXEC'
  | 'MSG_CONFIRM'
  | 'MSG_ERRQUEUE'
  | 'MSG_FASTOPEN'
  | 'MSG_MORE'
  | 'MSG_NOSIGNAL'
  | 'MSG_WAITFORONE'

/** The system's numbers by name; a name that it lacks is undefined. */
export type Constants = Readonly<Record<Everywhere, number>> &
  Readonly<Partial<Record<Somewhere, number>>>

/**
 * The system's numbers: for {@link socketpair}'s numeric form (`AF_`, `PF_`, `SOCK_`), and for what other
 * programs and languages do with an end (`MSG_`, `SHUT_`).
 * @see socket(2), sys/socket.h
 */
export const constants: Constants = Object.freeze(
  available ? binding.constants() : {},
) as unknown as Constants
