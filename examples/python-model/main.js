// A model served by Python: this program asks it by framed requests, many at a time, and the worker answers those
// that are there as one batch, as models like it. The worker starts once and keeps its model in memory. A
// request that is bad fails by itself, one that takes too long is given up, and the end is orderly.
//
//   node examples/python-model/main.js

import { fileURLToPath } from 'node:url'
import { Channel, spawn } from 'socketpair'

/** @typedef {{ language: string, certainty: number, batch: number }} Answer */

const worker = fileURLToPath(new URL('worker.py', import.meta.url))
const { child, socket } = spawn('python3', [worker], { stdio: ['ignore', 'inherit', 'inherit'] })
/** @type {Channel<Answer, { text: string }>} */
const model = new Channel(socket, { codec: 'json', maxMessageBytes: 1024 * 1024 })

/** @param {string} text */
const ask = (text) => model.request({ text }, { timeout: 20_000 })

const texts = [
  'the house is small and the garden is large',
  'das Haus ist klein und der Garten ist groß',
  'la maison est petite et le jardin est grand',
]
const languages = (await Promise.all(texts.map(ask))).map(({ language }) => language)
console.log(languages.join(', ')) // English, German, French

// A thousand at once: the channel gathers them into few system calls, the worker into few batches.
const answers = await Promise.all(
  Array.from({ length: 1000 }, (_, n) => ask(`${n} ${texts[n % 3]}`)),
)
const right = answers.filter(({ language }, n) => language === languages[n % 3]).length
const together = answers.some(({ batch }) => batch > 1)
console.log(right, together) // 1000 true

// What is wrong with one request is told to the one who made it.
const failure = await ask('').catch((error) => error)
console.log(failure.code, failure.message) // ERR_REQUEST_FAILED there is no text

await model.close() // the worker's next receive says that this was all
child.once('exit', (code) => console.log(`the worker ended with ${code}`)) // the worker ended with 0
