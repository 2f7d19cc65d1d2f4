/** The errno matrix of socketpair(2) on Linux, row by row. */
import { constants } from 'socketpair'

const { AF_UNIX, AF_INET, AF_INET6, SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_RDM, SOCK_SEQPACKET } =
  constants
const { AF_NETLINK = 16, AF_PACKET = 17, AF_VSOCK = 40 } = constants
const AF_XDP = 44

/** domain, type, protocol. */
export type Arguments = readonly [number, number, number]

export interface Row {
  case: string
  calls: readonly Arguments[]
  /** The code for everybody, or for root and for somebody without privileges. */
  code: string | { root: string; nobody: string }
  /** The system may lack this family: then EAFNOSUPPORT, or a module's own refusal, is right too. */
  needsModule?: boolean
}

const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index)
const unixTypes = (types: readonly number[]) => types.map((type): Arguments => [AF_UNIX, type, 0])
const BOTH = [AF_INET, AF_INET6]
const inet = (...rows: readonly (readonly [number, number])[]) =>
  BOTH.flatMap((domain) => rows.map(([type, protocol]): Arguments => [domain, type, protocol]))

export const ROWS: readonly Row[] = [
  {
    case: 'K05 domains that do not exist',
    calls: [0, -1, 46, 100, 9999].map((domain) => [domain, SOCK_STREAM, 0]),
    code: 'EAFNOSUPPORT',
  },
  {
    case: 'K06 inet families, which have no pairs',
    calls: inet([SOCK_STREAM, 0], [SOCK_DGRAM, 0], [SOCK_STREAM, 6], [SOCK_DGRAM, 17]),
    code: 'EOPNOTSUPP',
  },
  {
    case: 'K06 inet with MPTCP',
    calls: inet([SOCK_STREAM, 262]),
    code: 'EOPNOTSUPP',
    needsModule: true,
  },
  {
    case: 'K06 inet types that do not exist',
    calls: inet([SOCK_SEQPACKET, 0], [SOCK_RDM, 0]),
    code: 'ESOCKTNOSUPPORT',
  },
  {
    case: 'K06 inet protocols that do not fit the type',
    calls: inet([SOCK_RAW, 0], [SOCK_DGRAM, 6], [SOCK_STREAM, 1]),
    code: 'EPROTONOSUPPORT',
  },
  {
    case: 'K06 inet with SCTP on a system without it',
    calls: inet([SOCK_STREAM, 132]),
    code: 'EPROTONOSUPPORT',
    needsModule: true,
  },
  { case: 'K06 inet with a type out of range', calls: inet([75, 0]), code: 'EINVAL' },
  {
    case: 'K06 netlink raw and datagram',
    calls: [
      [AF_NETLINK, SOCK_RAW, 0],
      [AF_NETLINK, SOCK_DGRAM, 0],
    ],
    code: 'EOPNOTSUPP',
  },
  {
    case: 'K06 netlink stream',
    calls: [[AF_NETLINK, SOCK_STREAM, 0]],
    code: 'ESOCKTNOSUPPORT',
  },
  {
    case: 'K06 raw inet sockets',
    calls: [[AF_INET, SOCK_RAW, 1]],
    code: { root: 'EOPNOTSUPP', nobody: 'EPERM' },
  },
  {
    case: 'K06 packet sockets',
    calls: [
      [AF_PACKET, SOCK_RAW, 0],
      [AF_PACKET, SOCK_DGRAM, 0],
    ],
    code: { root: 'EOPNOTSUPP', nobody: 'EPERM' },
    needsModule: true,
  },
  {
    case: 'K06 XDP sockets',
    calls: [[AF_XDP, SOCK_RAW, 0]],
    code: { root: 'EOPNOTSUPP', nobody: 'EPERM' },
    needsModule: true,
  },
  {
    case: 'K06 vsock streams',
    calls: [[AF_VSOCK, SOCK_STREAM, 0]],
    code: 'EOPNOTSUPP',
    needsModule: true,
  },
  {
    case: 'K06 vsock datagrams',
    calls: [[AF_VSOCK, SOCK_DGRAM, 0]],
    code: 'ENODEV',
    needsModule: true,
  },
  {
    case: 'K07 types below 11 that a unix socket cannot have',
    calls: unixTypes([0, 4, ...numbers(6, 10), 0x800]),
    code: 'ESOCKTNOSUPPORT',
  },
  {
    case: 'K07 types from 11 on',
    calls: unixTypes([...numbers(11, 16), 75, -1]),
    code: 'EINVAL',
  },
  {
    case: 'K07 bits that are no flag',
    calls: unixTypes(
      [0x10, 0x400, 0x1000, 0x4000, 0x40_0000, 0x4000_0000].map((bit) => SOCK_STREAM | bit),
    ),
    code: 'EINVAL',
  },
  {
    case: 'K09 protocols that a unix socket cannot have',
    calls: [SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET].flatMap((type) =>
      [2, 6, 17, 255, -1].map((protocol): Arguments => [AF_UNIX, type, protocol]),
    ),
    code: 'EPROTONOSUPPORT',
  },
  {
    case: 'K09 a wrong protocol with a wrong type',
    calls: [[AF_UNIX, SOCK_RDM, 6]],
    code: 'EPROTONOSUPPORT',
  },
  {
    case: 'a wrong flag before a wrong domain',
    calls: [[9999, SOCK_STREAM | 0x1000, 0]],
    code: 'EINVAL',
  },
]
