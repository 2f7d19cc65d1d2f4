// What a campaign looks for: something that must not happen, with the seed that repeats it.

export class Fault extends Error {
  /**
   * @param {string} message
   * @param {number} [seed] which repeats it, if that is another than the part began with
   */
  constructor(message, seed) {
    super(message)
    this.name = 'Fault'
    this.seed = seed
  }
}
