// What could be wrong with the benchmark without being seen: its arithmetic, and programs that move
// something else than they should.

import { draw } from '../benchmark/charts/chart.js'
import { logarithmic } from '../benchmark/charts/scales.js'
import { findMissing, whyNot } from '../benchmark/availability.js'
import { program } from '../benchmark/configurations/common.js'
import { configurations } from '../benchmark/configurations/index.js'
import { evaluate, quantile } from '../benchmark/evaluate.js'
import { parseOptions } from '../benchmark/options.js'
import { rows } from '../benchmark/rows.js'
import { runConfiguration } from '../benchmark/run.js'
import { test } from './helpers/test.ts'

const row = { name: 'a row', ours: 'A', reference: 'B', sense: '≥', goal: 2 } as const

test('a ratio is taken inside a round, and the median is that of the ratios', (t) => {
  // The ratio of the medians would be 20 / 10.
  const measured = new Map([
    ['A', [10, 20, 90]],
    ['B', [10, 40, 10]],
  ])
  const { value, quartiles, verdict } = evaluate(row, measured)
  t.is(value, 1)
  t.deepEqual(quartiles, [0.75, 5])
  t.is(verdict, 'FALLS SHORT')
})

test('a quantile that falls between two values lies between them', (t) => {
  t.is(quantile([4, 1, 3, 2], 0.5), 2.5)
  t.is(quantile([1, 2, 3, 4, 5], 0.25), 2)
  t.is(quantile([7], 0.75), 7)
})

function verdictOf(sense: '≥' | '≤', figure: number) {
  return evaluate({ name: 'a row', ours: 'A', sense, goal: 2 }, new Map([['A', [figure]]])).verdict
}

test('a row reaches its goal at the goal itself, and a figure that shall be low when it is lower', (t) => {
  t.is(verdictOf('≥', 2), 'ok')
  t.is(verdictOf('≥', 1.99), 'FALLS SHORT')
  t.is(verdictOf('≤', 2), 'ok')
  t.is(verdictOf('≤', 2.01), 'FALLS SHORT')
})

test('a row fails when one of its runs did, on either side', (t) => {
  for (const [a, b] of [
    [Number.NaN, 1],
    [1, Number.NaN],
  ] as const) {
    const measured = new Map([
      ['A', [9, a, 9]],
      ['B', [1, b, 1]],
    ])
    t.is(evaluate(row, measured).verdict, 'failed')
  }
  t.is(evaluate(row, new Map([['A', [9]]])).verdict, 'failed')
})

test('every row is about runs that there are', (t) => {
  for (const { name, ours, reference } of rows) {
    t.true(configurations.has(ours), name)
    t.true(reference === undefined || configurations.has(reference), name)
  }
  t.is(new Set(rows.map(({ name }) => name)).size, rows.length)
})

test('options mean what they say, and a wrong one is refused', (t) => {
  t.like(parseOptions([]), { form: 'table', rounds: 7, only: '', fail: true, keep: false })
  t.like(parseOptions(['--quick', '--no-fail']), { quick: true, rounds: 3, fail: false })
  t.like(parseOptions(['--quick', '--rounds', '5', '--only', 'C']), { rounds: 5, only: 'C' })
  t.is(parseOptions(['--growth']).form, 'growth')
  t.is(parseOptions(['--inside', '--peers']).form, 'inside')
  for (const wrong of [['--rounds', '0'], ['--rounds=x'], ['--slow'], ['--growth', '--inside']]) {
    t.throws(() => parseOptions(wrong), undefined, wrong.join(' '))
  }
})

test('what a machine lacks is a reason to leave a row out', (t) => {
  const missing = new Map([['cc', 'no compiler'] as const])
  const [ours, c] = ['package, stream, 64 KiB', 'C, stream, 64 KiB'].map((name) =>
    configurations.get(name),
  )
  t.is(whyNot([ours, c], missing), 'no compiler')
  t.is(whyNot([ours, ours], missing), undefined)
})

test('a chart has every line and its name, and nothing that is no number', (t) => {
  const lines = ['one & two', 'three'].map((name, i) => ({
    name,
    points: [
      [1, 5 + i],
      [1024, 700 - i],
    ] as const,
  }))
  const scale = logarithmic([1, 1024], String)
  const chart = draw({ title: 'T', xTitle: 'x', yTitle: 'y', x: scale, y: scale, lines }, 'dark')
  t.is(chart.match(/<polyline/g)?.length, 2)
  t.regex(chart, />one &amp; two</)
  t.regex(chart, />three</)
  t.notRegex(chart, /NaN|undefined|Infinity/)
})

const missing = findMissing({ peers: false })

/** One of each program: size and placement make no other. */
const programs = [...configurations].filter(
  ([name, configuration]) =>
    whyNot([configuration], missing) === undefined &&
    configuration.placement === 'free' &&
    (configuration.type ?? /ipc|port-/.exec(configuration.measuring.join(' '))) &&
    !/1 MiB|paced|cost of/.test(name),
)
const window = { warmUp: 5, measured: 20 }
const checking = { BENCHMARK_CHECK: '1' }

for (const [name, configuration] of programs) {
  test(`"${name}" moves the right bytes and would see a wrong one`, async (t) => {
    const report = await runConfiguration(configuration, { ...window, environment: checking })
    t.true(configuration.figure(report) > 0)
    t.true((report.checked ?? 0) >= 64)
    const environment = { ...checking, BENCHMARK_SPOIL: '1' }
    await t.throwsAsync(
      runConfiguration(configuration, { ...window, environment, stderr: 'ignore' }),
    )
  })
}

for (const how of ['at once', 'in turn']) {
  test(`many active pairs, ${how}, each carry the right bytes`, async (t) => {
    const configuration = {
      ...(configurations.get(`cost of active pairs, ${how}`) ?? t.fail()),
      measuring: program('active', 250, how),
      placement: 'free' as const,
    }
    const report = await runConfiguration(configuration, { ...window, environment: checking })
    t.is(report.pairs, 250)
    t.true((report.checked ?? 0) >= 250 * 64)
  })
}
