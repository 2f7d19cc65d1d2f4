// What the checks of the binaries read in them; and that they see it when something is wrong.

import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { readElf } from '../scripts/cross/elf.js'
import { readMachO } from '../scripts/cross/mach-o.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const name = readdirSync(root).find((file) => file.endsWith('.node')) ?? ''
const addon = readFileSync(join(root, name))
const onElf = process.platform === 'darwin' ? test.skip : test
const onMachO = process.platform === 'darwin' ? test : test.skip

onElf(
  'the addon is an ELF shared object with one export, which needs Node and the C library',
  (t) => {
    const facts = readElf(addon)
    t.is(facts.cpu, process.arch)
    t.deepEqual(facts.exportedSymbols, ['napi_register_module_v1'])
    t.true(facts.undefinedSymbols.includes('napi_create_function'))
    t.true(facts.undefinedSymbols.includes('recvmsg'))
    t.true(facts.libraries.some((library) => library.startsWith('libc.')))
    t.deepEqual(facts.oddities, [])
  },
)

function changed(offset: number, value: number): Buffer {
  const copy = Buffer.from(addon)
  copy.writeUInt16LE(value, offset)
  return copy
}

onElf('another format, another kind of file and another processor are seen', (t) => {
  t.throws(() => readElf(changed(0, 0)), { message: 'no ELF of 64 bits' })
  t.throws(() => readElf(changed(16, 2)), { message: 'no shared object' })
  t.is(readElf(changed(18, 243)).cpu, 'unknown')
  t.throws(() => readMachO(addon), { message: 'no Mach-O of 64 bits' })
})

onMachO('the addon is a Mach-O library that looks up Node-API alone', (t) => {
  const facts = readMachO(addon)
  t.is(facts.cpu, process.arch)
  t.true(facts.exportedSymbols.includes('napi_register_module_v1'))
  t.true(facts.lookedUp.every((symbol) => symbol.startsWith('napi_')))
  t.throws(() => readElf(addon), { message: 'no ELF of 64 bits' })
})
