// The size of the addon that was loaded.

import { statSync } from 'node:fs'
import { socketpair } from 'socketpair'
import { report } from './window.js'

for (const end of socketpair()) end.close()

const { sharedObjects } = /** @type {{ sharedObjects: string[] }} */ (process.report.getReport())
const addon = sharedObjects.find((path) => /socketpair[^/]*\.node$/.test(path))
if (addon === undefined) throw new Error('no addon of this package is loaded')
report({ bytes: statSync(addon).size })
