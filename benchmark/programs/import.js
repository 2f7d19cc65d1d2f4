// The time that importing the package takes in a fresh process.

import { report } from './window.js'

const began = performance.now()
await import('socketpair')
report({ milliseconds: performance.now() - began })
