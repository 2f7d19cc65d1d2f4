/** Colours, where somebody sees them. */

/** Puts words in colours for a stream: none if it is no terminal, or where the environment wants none. */
export interface Style {
  good(text: string): string
  bad(text: string): string
  faint(text: string): string
  strong(text: string): string
}

/** The style for what is written to `stream`. @see https://no-color.org */
export function styleFor(stream: { readonly isTTY?: boolean }): Style {
  const { NO_COLOR, TERM } = process.env
  const colours = stream.isTTY === true && !NO_COLOR && TERM !== 'dumb'
  const paint = (on: number, off: number) => (text: string) =>
    colours ? `\u001B[${on}m${text}\u001B[${off}m` : text
  return { good: paint(32, 39), bad: paint(31, 39), faint: paint(2, 22), strong: paint(1, 22) }
}
