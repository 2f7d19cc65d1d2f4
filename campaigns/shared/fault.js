// What a campaign looks for: something that must not happen, with the seed that repeats it.

export class Fault extends Error {
  /**
   * @param {string} message
   * @param {number} [seed] which repeats it, if that is another than the part began with
   * @param {string} [readiness] the kind that it was found over, if one was chosen
   */
  constructor(message, seed, readiness) {
    super(message)
    this.name = 'Fault'
    this.seed = seed
    this.readiness = readiness
  }
}
