// The packages here are not installed where the types are checked.

/**
 * @param {string} name
 * @returns {Promise<any>}
 */
export async function load(name) {
  return import(name)
}
