// What a part has done, as names and numbers: those of several rounds add up, or the greatest counts.

export class Figures {
  /** @type {Map<string, number>} */
  #values = new Map()

  /**
   * @param {string} name what was counted, "operations"; one that begins with "most " is a maximum
   * @param {number} value
   */
  add(name, value) {
    const before = this.#values.get(name) ?? 0
    this.#values.set(name, name.startsWith('most ') ? Math.max(before, value) : before + value)
  }

  /** @param {Readonly<Record<string, number>>} all */
  addAll(all) {
    for (const [name, value] of Object.entries(all)) this.add(name, value)
  }

  /** @param {string} name */
  valueOf(name) {
    return this.#values.get(name) ?? 0
  }

  all() {
    return Object.fromEntries(this.#values)
  }

  line() {
    const entries = Array.from(this.#values, ([name, value]) => {
      return `${name} ${Math.round(value).toLocaleString('en-US')}`
    })
    return entries.join(', ') || 'nothing'
  }
}
