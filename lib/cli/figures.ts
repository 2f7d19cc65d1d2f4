/** Figures as a person reads them. */

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** Bytes in units of a thousand: `12.3 MB`. */
export function bytes(count: number): string {
  let [value, unit] = [count, 0]
  // What would be rounded to a thousand has the next unit.
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 ? Math.round(value) : threeDigits(value)} ${UNITS[unit]}`
}

/** A figure with three digits that count: 1.23, 12.3, 123, 1,234. */
export function threeDigits(value: number): string {
  if (value >= 99.95) return Math.round(value).toLocaleString('en')
  return value.toFixed(value >= 9.995 ? 1 : 2)
}

/** Milliseconds as minutes and seconds, `0:05`, or with hours. */
export function duration(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000)
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
