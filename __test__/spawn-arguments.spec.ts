// What spawn and fork refuse: the code is Node's, and nothing was made before.
import { inspect } from 'node:util'
import childProcess from 'node:child_process'
import { fork, spawn } from 'socketpair'
import { programPath } from './helpers/endings.ts'
import { type ExecutionContext, test } from './helpers/test.ts'
import { NOT_A_NUMBER, NOT_A_STRING, NOT_OPTIONS, NOT_WHOLE } from './helpers/wrong-values.ts'

const TYPE = 'ERR_INVALID_ARG_TYPE'
const RANGE = 'ERR_OUT_OF_RANGE'
const VALUE = 'ERR_INVALID_ARG_VALUE'

type Start = (file: string, ...rest: unknown[]) => unknown
const CALLS: [string, Start, string][] = [
  ['spawn', spawn as Start, 'true'],
  ['fork', fork as Start, programPath('nothing.mjs')],
]
const NOT_A_SOCKET = [...NOT_OPTIONS, [], ['stream'], 'stream']

for (const [name, start, file] of CALLS) {
  /** Every value must be refused with `code`. */
  const refuses = (
    t: ExecutionContext,
    values: readonly unknown[],
    code: string,
    options: (value: unknown) => unknown,
  ) => {
    for (const value of values) {
      const instanceOf = code === RANGE ? RangeError : TypeError
      t.throws(() => start(file, [], options(value)), { code, instanceOf }, inspect(value))
    }
  }

  test(`${name} refuses options that are none`, (t) => {
    const values = NOT_OPTIONS.filter((value) => name === 'spawn' || value !== null)
    refuses(t, [...values, []], TYPE, (options) => options)
    for (const args of [true, 1, 1n, 'x', Symbol('x'), () => {}]) {
      t.throws(() => start(file, args, {}), { code: TYPE, instanceOf: TypeError })
    }
  })

  test(`${name} refuses a socket that is none`, (t) => {
    refuses(t, NOT_A_SOCKET, TYPE, (socket) => ({ socket }))
    refuses(t, [...NOT_OPTIONS, [], ['stream']], TYPE, (sockets) => ({ sockets }))
    refuses(
      t,
      [...NOT_A_SOCKET.filter((value) => typeof value !== 'string'), undefined],
      TYPE,
      (socket) => ({
        sockets: { name: socket },
      }),
    )
    refuses(t, [{}], VALUE, (sockets) => ({ sockets }))
    refuses(t, [{}], VALUE, (socket) => ({ socket, sockets: { a: 'stream' } }))
  })

  test(`${name} refuses what is no type`, (t) => {
    refuses(t, NOT_A_STRING, TYPE, (type) => ({ socket: { type } }))
    refuses(t, NOT_A_STRING, TYPE, (type) => ({ sockets: { a: { type } } }))
    refuses(t, ['', 'tcp', 'STREAM', 'ipc'], VALUE, (type) => ({ socket: { type } }))
    refuses(t, ['', 'tcp', 'STREAM', 'pipe'], VALUE, (type) => ({ sockets: { 3: type } }))
  })

  test(`${name} refuses what is no descriptor's number`, (t) => {
    refuses(t, NOT_A_NUMBER, TYPE, (fd) => ({ socket: { fd } }))
    refuses(t, [...NOT_WHOLE, -1, 65_536, 2 ** 31], RANGE, (fd) => ({ socket: { fd } }))
    refuses(t, [...NOT_WHOLE, -1, 65_536, 2 ** 31], RANGE, (fd) => ({ sockets: { a: { fd } } }))
    refuses(t, ['65536', `${2 ** 40}`], RANGE, (key) => ({ sockets: { [key as string]: {} } }))
  })

  test(`${name} refuses what is no size`, (t) => {
    for (const option of ['sendBufferSize', 'recvBufferSize']) {
      refuses(t, NOT_A_NUMBER, TYPE, (bytes) => ({ socket: { [option]: bytes } }))
      refuses(t, [...NOT_WHOLE, -1, 2 ** 31], RANGE, (bytes) => ({
        sockets: { a: 'stream', b: { [option]: bytes } },
      }))
    }
  })

  test(`${name} refuses names that the variable could not hold, or that look like numbers`, (t) => {
    const keys = ['', ' ', 'a b', 'a=b', 'a,b', 'ä', 'a\0', 'a\n', '03', '-1', '1.5', '1e3', '0x3']
    refuses(t, keys, VALUE, (key) => ({ sockets: { [key as string]: 'stream' } }))
  })

  test(`${name} refuses two sockets at one descriptor`, (t) => {
    const twice = [{ 3: 'stream', a: { fd: 3 } }, { a: { fd: 5 }, b: { fd: 5 } }, { 4: { fd: 5 } }]
    refuses(t, twice, VALUE, (sockets) => ({ sockets }))
  })

  test(`${name} refuses a stdio and an env that are none`, (t) => {
    refuses(t, ['', 'ipc', 'PIPE', {}, 1, true], VALUE, (stdio) => ({ stdio }))
    refuses(t, [1, 'A=B', true], TYPE, (env) => ({ env }))
  })

  test(`what Node refuses, ${name} refuses with the same error`, (t) => {
    const original = childProcess[name as 'spawn'] as Start
    const wrong: unknown[][] = [
      [5, []],
      ['a\0b', []],
      [file, ['a\0b']],
      [file, [], { cwd: 5 }],
      [file, [], { uid: 1.5 }],
      [file, [], { gid: 'x' }],
      [file, [], { timeout: -1 }],
      [file, [], { signal: 'x' }],
      [file, [], { detached: 1 }],
      [file, [], { killSignal: 'SIGNONE' }],
      [file, [], { serialization: 'x' }],
      [file, [], { stdio: ['bogus', 'pipe', 'pipe', undefined, 'ipc'] }],
      [file, [], { stdio: [{}, 'pipe', 'pipe', undefined, 'ipc'] }],
      [file, [], { stdio: ['ipc', 'ipc', 'pipe'] }],
      [file, [], { env: { 'A\0': 'B' } }],
      ...(name === 'fork'
        ? [
            [file, [], { execPath: 5 }],
            [file, [], { stdio: ['pipe'] }],
          ]
        : [
            ['', []],
            [file, [], { shell: 5 }],
            [file, [], { argv0: 5 }],
          ]),
    ]
    for (const args of wrong) {
      const expected = t.throws(() => original(...(args as [string])), { any: true }, inspect(args))
      const { code, message, name: kind } = expected as NodeJS.ErrnoException
      const actual = t.throws(() => start(...(args as [string])), { any: true }, inspect(args))
      t.like(actual, { code, message, name: kind }, inspect(args))
    }
  })
}
