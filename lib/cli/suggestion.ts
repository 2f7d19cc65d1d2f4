/** What somebody may have meant. */

/** `; did you mean 'x'?` for the nearest of the words, nothing if none is near. */
export function suggestion(word: string, words: readonly string[]): string {
  let nearest: string | undefined
  let least = Math.max(2, Math.floor(word.length / 3)) + 1
  for (const candidate of words) {
    const far = candidate.startsWith(word) ? 1 : distance(word, candidate)
    if (far < least) [nearest, least] = [candidate, far]
  }
  return nearest === undefined ? '' : `; did you mean '${nearest}'?`
}

/** How many letters have to be changed, put in or left out. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, column) => column)
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1]
    for (let column = 0; column < other.length; column++) {
      const changed = (row[column] as number) + (letter === other[column] ? 0 : 1)
      next.push(Math.min(changed, (row[column + 1] as number) + 1, (next[column] as number) + 1))
    }
    row = next
  }
  return row[other.length] as number
}
