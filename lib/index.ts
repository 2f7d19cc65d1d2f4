export type { OperationOptions } from './arguments.js'
export { Channel, type ChannelConstructor } from './channel.js'
export type {
  ChannelLimits,
  ChannelMessage,
  ChannelSendOptions,
  CodecChannelOptions,
  RawChannelOptions,
  RecvManyOptions,
  ValueChannelOptions,
} from './channel/options.js'
export type { Codec } from './channel/codec.js'
export type {
  ChildSocketOptions,
  ChildSockets,
  OneChildSocket,
  SeveralChildSockets,
  SocketsOfChild,
  Spawned,
} from './child-sockets.js'
export { type Constants, constants } from './constants.js'
export { DatagramSocket } from './datagram-socket.js'
export type {
  CloseMessage,
  DiagnosticsMessages,
  EndMessage,
  ErrorMessage,
  OpenMessage,
  UnclaimedMessage,
} from './diagnostics.js'
export type { BusyPoll, SocketType } from './end.js'
export type { SystemError } from './errors.js'
export type {
  Message,
  MessageInfo,
  ReceiveOptions,
  RecvOptions,
  StreamMessageInfo,
} from './message.js'
export { fork } from './fork.js'
export { inheritedSocket } from './inherited-socket.js'
export { MessageBatch, type MessageBatchOptions } from './message-batch.js'
export { MessageSocket } from './message-socket.js'
export type { Passable, SendManyOptions, SendOptions, SentCredentials } from './outgoing.js'
export { ReceivedFd } from './received-fd.js'
export { type Relayed, type RelayOptions, relay } from './relay.js'
export { SeqpacketSocket } from './seqpacket-socket.js'
export { type Credentials, Socket } from './socket.js'
export { type PairOptions, socketpair } from './socketpair.js'
export type { AnySocket, SocketClasses } from './sockets.js'
export { spawn } from './spawn.js'
export { type Stats, stats } from './stats.js'
export { StreamSocket } from './stream-socket.js'
export type { DuplexOptions, SocketDuplex } from './streams/socket-duplex.js'
export { type Supported, supported } from './supported.js'
export { receive, transfer, type TransferOptions, type TransferToken } from './transfer.js'
