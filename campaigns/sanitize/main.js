// npm run sanitize: the core's tests and the addon under AddressSanitizer with its search for leaks, and the
// threaded tests of the core under ThreadSanitizer and valgrind.

import { campaign } from '../shared/campaign.js'
import { addon } from './addon.js'
import { core } from './core.js'
import { memcheck } from './memcheck.js'
import { races } from './races.js'

export const sanitize = () => campaign('sanitize', [addon, core, memcheck, races])
