// npm run fuzz: the parser of control messages, the decoder of frames and the public API, with any input.

import { campaign } from '../shared/campaign.js'
import { inProcesses } from './in-processes.js'
import { options, parser } from './libfuzzer.js'

export const fuzz = () =>
  campaign('fuzz', [
    parser,
    options,
    inProcesses('frames', 'sessions'),
    inProcesses('api', 'programs'),
  ])
