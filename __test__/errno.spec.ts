import { getuid } from 'node:process'
import { constants, DatagramSocket, socketpair } from 'socketpair'
import { openDescriptors } from './helpers/descriptors.ts'
import { ROWS, type Row } from './helpers/errno-rows.ts'
import { throws } from './helpers/failures.ts'
import { closeAfter, TYPES } from './helpers/pairs.ts'
import { report } from './helpers/programs.ts'
import { test } from './helpers/test.ts'

/** The codes that are right for a row. */
function codesOf({ code, needsModule }: Row, user: 'root' | 'nobody'): string[] {
  const expected = typeof code === 'string' ? code : code[user]
  if (!needsModule) return [expected]
  return [expected, 'EAFNOSUPPORT', 'EPROTONOSUPPORT', 'ESOCKTNOSUPPORT', 'EOPNOTSUPP']
}

const user = getuid?.() === 0 ? 'root' : 'nobody'

for (const row of ROWS) {
  test(`${row.case}: the system's own errno, and nothing is left open`, (t) => {
    const before = openDescriptors()
    for (const call of row.calls) {
      const codes = codesOf(row, user)
      const error = t.throws(() => void socketpair(...call), { instanceOf: Error }, `${call}`)
      const { code = '' } = error as NodeJS.ErrnoException
      t.true(codes.includes(code), `${call} gave ${code}, not ${codes.join(' or ')}`)
      throws(t, () => socketpair(...call), code)
      t.deepEqual(openDescriptors(), before)
    }
  })
}

if (user === 'root') {
  test('K05-K09 every row holds for a user without privileges', (t) => {
    const answers = report('errno-as-nobody.ts') as { uid: number; codes: string[][] }
    t.is(answers.uid, 65_534)
    t.is(answers.codes.length, ROWS.length)
    for (const [index, row] of ROWS.entries()) {
      const codes = codesOf(row, 'nobody')
      for (const code of answers.codes[index] as string[]) {
        t.true(codes.includes(code), `${row.case} gave ${code}, not ${codes.join(' or ')}`)
      }
    }
  })
}

test('K10 SOCK_RAW is accepted, and is a datagram pair', async (t) => {
  const [a, b] = socketpair(constants.AF_UNIX, constants.SOCK_RAW) as [
    DatagramSocket,
    DatagramSocket,
  ]
  closeAfter(t, a, b)
  t.true(a instanceof DatagramSocket && b instanceof DatagramSocket)
  const seen = { type: constants.SOCK_DGRAM, domain: constants.AF_UNIX, protocol: 0 }
  t.deepEqual(report('identify.py', [a, b]), [seen, seen])
  await a.send('one')
  await a.send('')
  await a.send('two')
  const messages = [await b.recv(), await b.recv(), await b.recv()]
  t.deepEqual(
    messages.map((message) => message?.data.toString()),
    ['one', '', 'two'],
  )
})

test('the protocol is passed on by the options too', (t) => {
  for (const type of TYPES) {
    for (const protocol of [2, 6, 17, 255, -1]) {
      throws(t, () => socketpair(type as 'stream', { protocol }), 'EPROTONOSUPPORT')
    }
  }
})

test('a failed call tells no descriptor', (t) => {
  const error = throws(t, () => socketpair(9999, 1), 'EAFNOSUPPORT')
  t.deepEqual(Object.keys(error).toSorted(), ['code', 'errno', 'syscall'])
  t.is(error.message, 'EAFNOSUPPORT: address family not supported, socketpair')
})
