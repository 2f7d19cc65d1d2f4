// A process that has no descriptors left, or one, or two.
import { TYPES } from './helpers/pairs.ts'
import { reportWithLimit } from './helpers/programs.ts'
import { test } from './helpers/test.ts'

const LIMIT = 128

for (const type of TYPES) {
  for (const started of ['started', 'not started']) {
    test(`a ${type} pair needs two descriptors and leaks none, with the runtime ${started}`, (t) => {
      const answers = reportWithLimit(LIMIT, 'exhausted.ts', [type, started])
      for (const form of ['word', 'number']) {
        for (const left of [0, 1]) {
          t.is(answers[`${form} with ${left} left`], 'EMFILE')
          // The numbers are reserved before the domain is looked at.
          t.is(answers[`${form} with ${left} left, bad domain`], 'EMFILE')
          t.is(answers[`${form} with ${left} left, leaves`], left)
        }
        t.deepEqual(answers[`${form} with 2 left`], [type])
        t.is(answers[`${form} with 2 left, leaves`], 0)
        t.is(answers[`${form} with 2 left, closed`], 2)
      }
    })
  }

  test(`a ${type} pair works without a descriptor left once the runtime runs`, (t) => {
    const answers = reportWithLimit(LIMIT, 'exhausted.ts', [type, 'started'])
    t.is(answers['data that is there'], 'queued')
    t.true(answers['detached and adopted'])
    t.is(answers['a wait'], 'late')
    t.is(answers['afterwards'], 'nothing')
    t.is(answers['a wait afterwards'], 'again')
    t.true(answers['still a stream'])
  })

  test(`a wait of a ${type} end fails when the runtime can't start, loses nothing, and works later`, (t) => {
    const answers = reportWithLimit(LIMIT, 'exhausted.ts', [type, 'not started'])
    t.is(answers['data that is there'], 'queued')
    t.deepEqual(answers['a wait'], ['EMFILE', 'poll'])
    t.is(answers['afterwards'], 'late')
    t.is(answers['a wait afterwards'], 'again')
  })
}

test('a runtime that finds too few descriptors to start leaves none of them open, and starts later', (t) => {
  const { attempts } = reportWithLimit(LIMIT, 'starting-short.ts', []) as {
    attempts: { left: number; code: unknown; remaining: number }[]
  }
  const last = attempts.pop()
  t.is(last?.code, 1)
  t.true(attempts.length > 0)
  for (const { left, code, remaining } of attempts) {
    t.is(code, 'EMFILE')
    t.is(remaining, left)
  }
})
