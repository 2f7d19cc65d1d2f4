// K46: what poll and epoll say of the descriptors that the package hands out, through a pair's life.
import { pair, TYPES } from './helpers/pairs.ts'
import { start } from './helpers/programs.ts'
import { test } from './helpers/test.ts'

for (const type of TYPES) {
  test(`K46 poll bits and epoll edges of a ${type} pair follow its life`, async (t) => {
    // Both ends are the program's alone, so that what it closes is closed.
    const { result } = start(t, 'polling.py', pair(t, type))
    const told = type !== 'dgram'
    t.deepEqual((await result()) as object, {
      fresh: ['OUT'],
      'no edge': [],
      data: ['IN', 'OUT'],
      'edge on data': [['IN']],
      'no second edge': [],
      'empty again': ['OUT'],
      'edge on the next data': [['IN']],
      closed: told ? ['IN', 'OUT', 'HUP', 'RDHUP'] : ['OUT'],
      'edge on close': told ? [['IN', 'HUP', 'RDHUP']] : [],
    })
  })
}
