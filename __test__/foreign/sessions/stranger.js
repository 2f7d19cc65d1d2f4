import { createRequire } from 'node:module'

/** Requires a package that is installed beside ../packages/package.json. @type {(name: string) => any} */
export const stranger = createRequire(new URL('../packages/package.json', import.meta.url))
