import Module from 'node:module'

/**
 * What `require` would be: for what is loaded late, and for the addon. Bundlers follow the usual ways to get
 * one, and would look for an addon when they bundle; this they leave alone.
 */
// A bundle in the form of CommonJS has no import.meta.
export const load = Module.createRequire(import.meta.url ?? __filename)
