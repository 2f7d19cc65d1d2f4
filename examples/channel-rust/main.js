// A worker in Rust that speaks the wire of a channel. It is built first, by cargo.
//
//   node examples/channel-rust/main.js

import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Channel, spawn } from 'socketpair'

const folder = import.meta.dirname
const target = fileURLToPath(new URL('../../target/channel-rust', import.meta.url))
const options = ['--quiet', '--release', '--target-dir', target]
execFileSync('cargo', ['build', ...options, '--manifest-path', `${folder}/Cargo.toml`])

const { child, socket } = spawn(`${target}/release/channel-rust`, [], {
  stdio: ['ignore', 'inherit', 'inherit'],
})
const channel = new Channel(socket)

console.log(String(await channel.request('hello, rust'))) // HELLO, RUST

for (let n = 0; n < 1000; n++) await channel.send(`message ${n}`)
let count = 0
while (count < 1000) count += (await channel.recvMany())?.length ?? 1000
console.log(count) // 1000

await channel.close()
child.once('exit', (code) => console.log(`rust ended with ${code}`)) // rust ended with 0
