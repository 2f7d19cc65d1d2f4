// A chart of lines, as SVG text: each is named at its end, so that no colour has to be looked up.

import { element, escape, text } from './svg.js'

/**
 * @typedef {object} Line
 * @property {string} name
 * @property {readonly (readonly [x: number, y: number])[]} points
 * @property {boolean} [isOurs] of this package: drawn heavier
 *
 * @typedef {object} Chart
 * @property {string} title
 * @property {string} xTitle
 * @property {string} yTitle
 * @property {import('./scales.js').Scale} x
 * @property {import('./scales.js').Scale} y
 * @property {readonly Line[]} lines
 */

const themes = {
  light: {
    background: '#ffffff',
    ink: '#1f2328',
    faint: '#59636e',
    grid: '#d8dee4',
    lines: ['#0969da', '#bc4c00', '#1a7f37', '#8250df', '#bf3989', '#6e7781', '#9a6700', '#0a7c86'],
  },
  dark: {
    background: '#0d1117',
    ink: '#e6edf3',
    faint: '#9198a1',
    grid: '#2a313c',
    lines: ['#58a6ff', '#f0883e', '#56d364', '#bc8cff', '#f778ba', '#8b949e', '#d29922', '#39c5cf'],
  },
}

/** @typedef {keyof typeof themes} Theme */

const [width, height] = [800, 440]
const area = { left: 76, top: 52, right: width - 210, bottom: height - 56 }
const font = 'system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif'
/** Between the names of two lines that end close together. */
const nameHeight = 17

/**
 * The same chart for a light and for a dark page, by the name of the file.
 *
 * @param {string} name
 * @param {Chart} chart
 */
export function drawBoth(name, chart) {
  const drawn = Object.keys(themes).map((theme) => {
    const content = draw(chart, /** @type {Theme} */ (theme))
    return /** @type {[string, string]} */ ([`${name}-${theme}.svg`, content])
  })
  return new Map(drawn)
}

/**
 * @param {Chart} chart
 * @param {Theme} theme
 */
export function draw(chart, theme) {
  const { background, ink, faint, lines } = themes[theme]
  const content = [
    `<title>${escape(chart.title)}</title>\n`,
    element('rect', { width, height, fill: background }),
    text(chart.title, { x: area.left, y: 28, fill: ink, 'font-size': 16, 'font-weight': 600 }),
    text(chart.yTitle, { x: area.left, y: 45, fill: faint, 'font-size': 12 }),
    text(chart.xTitle, {
      x: (area.left + area.right) / 2,
      y: height - 16,
      fill: faint,
      'font-size': 12,
      'text-anchor': 'middle',
    }),
    drawAxes(chart, theme),
    ...chart.lines.map((line, i) => drawLine(chart, line, lines[i % lines.length] ?? ink)),
    ...drawNames(chart, theme),
  ].join('')
  const root = { xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${width} ${height}` }
  return element(
    'svg',
    { ...root, width, height, role: 'img', 'font-family': font },
    `\n${content}`,
  )
}

/**
 * @param {Chart} chart
 * @param {number} value
 */
function across({ x }, value) {
  return area.left + x.at(value) * (area.right - area.left)
}

/**
 * @param {Chart} chart
 * @param {number} value
 */
function up({ y }, value) {
  return area.bottom - y.at(value) * (area.bottom - area.top)
}

/**
 * @param {Chart} chart
 * @param {Theme} theme
 */
function drawAxes(chart, theme) {
  const { faint, grid } = themes[theme]
  const written = { fill: faint, 'font-size': 12 }
  // Labels need some room each.
  const step = Math.ceil(chart.x.ticks.length / 8)
  const columns = chart.x.ticks.filter((_, i) => i % step === 0)
  const drawn = [
    ...chart.y.ticks.map(({ value, label }) => {
      const y = up(chart, value)
      const line = { x1: area.left, x2: area.right, y1: y, y2: y, stroke: grid }
      const place = { x: area.left - 8, y: y + 4, 'text-anchor': 'end' }
      return element('line', line) + text(label, { ...place, ...written })
    }),
    ...columns.map(({ value, label }) => {
      const x = across(chart, value)
      const line = { x1: x, x2: x, y1: area.bottom, y2: area.bottom + 5, stroke: grid }
      const place = { x, y: area.bottom + 19, 'text-anchor': 'middle' }
      return element('line', line) + text(label, { ...place, ...written })
    }),
  ]
  return drawn.join('')
}

/**
 * @param {Chart} chart
 * @param {Line} line
 * @param {string} colour
 */
function drawLine(chart, { points, isOurs = false }, colour) {
  const places = points.map(([x, y]) => [across(chart, x), up(chart, y)])
  const joined = places.map((place) => place.map((each) => each.toFixed(1)).join(','))
  const stroke = { fill: 'none', stroke: colour, 'stroke-width': isOurs ? 3 : 1.6 }
  const dots = places.map(([cx = 0, cy = 0]) =>
    element('circle', { cx, cy, r: isOurs ? 3.2 : 2.2, fill: colour }),
  )
  const shape = { points: joined.join(' '), 'stroke-linejoin': 'round' }
  return element('polyline', { ...shape, ...stroke }) + dots.join('')
}

/**
 * The names at the lines' ends, moved apart where they would lie over each other.
 *
 * @param {Chart} chart
 * @param {Theme} theme
 */
function drawNames(chart, theme) {
  const { ink, grid, lines } = themes[theme]
  const names = chart.lines.map(({ name, points, isOurs = false }, i) => {
    const [x, y] = points.at(-1) ?? [0, 0]
    const end = { x: across(chart, x), y: up(chart, y) }
    return { name, isOurs, end, y: end.y, colour: lines[i % lines.length] ?? ink }
  })
  names.sort((a, b) => a.y - b.y)
  // Down from the top, then up from the bottom for what was pushed out of the chart.
  for (const [i, each] of names.entries()) {
    each.y = Math.max(each.y, (names[i - 1]?.y ?? -Infinity) + nameHeight)
  }
  for (const [i, each] of [...names.entries()].toReversed()) {
    each.y = Math.min(each.y, (names[i + 1]?.y ?? area.bottom + nameHeight) - nameHeight)
  }
  return names.map(({ name, isOurs, end, y, colour }) => {
    const x = area.right + 14
    const hint = { x1: end.x + 5, y1: end.y, x2: x - 4, y2: y, stroke: grid }
    const weight = isOurs ? 600 : 400
    const place = { x, y: y + 4, fill: colour, 'font-size': 12.5, 'font-weight': weight }
    return element('line', hint) + text(name, place)
  })
}
