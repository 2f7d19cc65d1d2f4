// The size of the addon that was loaded.

import { statSync } from 'node:fs'
import 'socketpair'
import { report } from './window.js'

process.report.excludeNetwork = true
const { sharedObjects } = /** @type {{ sharedObjects: string[] }} */ (process.report.getReport())
const addon = sharedObjects.find((path) => /socketpair[^/]*\.node$/.test(path))
if (addon === undefined) throw new Error('no addon of this package is loaded')
report({ bytes: statSync(addon).size })
