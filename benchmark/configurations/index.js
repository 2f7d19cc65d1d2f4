// What is run, by name: the programs, how they are placed and the figure that counts.

import { costs } from './costs.js'
import { smallMessages } from './messages.js'
import { roundTrips } from './round-trips.js'
import { streams } from './streams.js'

/** @typedef {[name: string, configuration: import('./common.js').Configuration][]} Named */

export const configurations = new Map([...streams, ...smallMessages, ...roundTrips, ...costs])
