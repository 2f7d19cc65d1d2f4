// What a Mach-O library says of itself: thin, 64 bits, little-endian, which all of ours are.

import { createHash } from 'node:crypto'
/** @import { BinaryFacts } from './elf.js' */

const MAGIC = 0xfeed_facf
const CPUS = /** @type {const} */ ({ 0x0100_0007: 'x64', 0x0100_000c: 'arm64' })
const LIBRARIES = new Set([6, 8]) // MH_DYLIB, MH_BUNDLE
const COMMAND = /** @type {const} */ ({
  symbols: 0x2,
  load: 0xc,
  id: 0xd,
  signature: 0x1d,
  rpath: 0x8000_001c,
  oldVersion: 0x24,
  version: 0x32,
})

/**
 * @typedef {BinaryFacts & {
 *   id: string
 *   oldestSystem: string
 *   lookedUp: readonly string[]
 *   signature: string
 * }} MachOFacts `lookedUp`: symbols that whoever loads it has to have
 */

/**
 * @param {Buffer} file
 * @returns {MachOFacts}
 */
export function readMachO(file) {
  if (file.readUInt32LE(0) !== MAGIC) throw new Error('no Mach-O of 64 bits')
  if (!LIBRARIES.has(file.readUInt32LE(12))) throw new Error('no library')
  const commands = readCommands(file)
  const find = (/** @type {number} */ kind) => commands.find((command) => command.kind === kind)
  const textOf = (/** @type {number} */ kind) =>
    commands
      .filter((command) => command.kind === kind)
      .map(({ at }) => textAt(file, at + file.readUInt32LE(at + 8)))
  const symbols = readSymbols(file, find(COMMAND.symbols)?.at)
  const version = find(COMMAND.version)
  const signature = find(COMMAND.signature)
  const rpaths = textOf(COMMAND.rpath).map((path) => `a path to search for libraries: ${path}`)
  return {
    format: 'Mach-O',
    cpu: CPUS[/** @type {keyof typeof CPUS} */ (file.readUInt32LE(4))] ?? 'unknown',
    stripped: !symbols.some((symbol) => symbol.local),
    libraries: textOf(COMMAND.load),
    versions: [],
    undefinedSymbols: symbols.filter(({ defined }) => !defined).map(({ name }) => name),
    exportedSymbols: symbols
      .filter(({ defined, local }) => defined && !local)
      .map(({ name }) => name),
    oddities: rpaths,
    id: textOf(COMMAND.id)[0] ?? '',
    oldestSystem: version ? versionText(file.readUInt32LE(version.at + 12)) : 'none',
    lookedUp: symbols.filter((symbol) => symbol.lookedUp).map(({ name }) => name),
    signature: signature
      ? checkSignature(
          file,
          file.readUInt32LE(signature.at + 8),
          file.readUInt32LE(signature.at + 12),
        )
      : 'none',
  }
}

/**
 * @param {Buffer} file
 * @param {number} offset
 */
const textAt = (file, offset) => file.toString('latin1', offset, file.indexOf(0, offset))

/** @param {number} packed 11.0.0 as 0x000b0000 */
const versionText = (packed) => `${packed >>> 16}.${(packed >>> 8) & 0xff}`

/** @param {Buffer} file */
function readCommands(file) {
  const commands = []
  let at = 32
  for (let left = file.readUInt32LE(16); left > 0; left--) {
    commands.push({ kind: file.readUInt32LE(at), at })
    at += file.readUInt32LE(at + 4)
  }
  return commands
}

/**
 * @param {Buffer} file
 * @param {number} [at]
 */
function readSymbols(file, at) {
  if (at === undefined) return []
  const [table, count, strings] = [8, 12, 16].map((field) => file.readUInt32LE(at + field))
  return Array.from({ length: count ?? 0 }, (_, i) => {
    const entry = (table ?? 0) + 16 * i
    const type = file.readUInt8(entry + 4)
    const defined = (type & 0x0e) !== 0
    return {
      name: textAt(file, (strings ?? 0) + file.readUInt32LE(entry)).replace(/^_/, ''),
      defined,
      // N_EXT without N_PEXT: what others may use.
      local: (type & 0x11) !== 0x01,
      // Of no library by name: DYNAMIC_LOOKUP_ORDINAL.
      lookedUp: !defined && file.readUInt16LE(entry + 6) >>> 8 === 0xfe,
    }
  })
}

/**
 * Compares the hash of every page with what the signature says. A library of arm64 does not load without one;
 * the linker's own, "ad hoc", is enough.
 *
 * @param {Buffer} file
 * @param {number} start
 * @param {number} size
 */
function checkSignature(file, start, size) {
  if (file.readUInt32BE(start) !== 0xfade_0cc0) return 'broken: no signature where one should be'
  if (start + size !== file.length) return 'broken: not at the end of the file'
  const directory = start + file.readUInt32BE(start + 16)
  if (file.readUInt32BE(directory) !== 0xfade_0c02) return 'broken: no code directory'
  const field = (/** @type {number} */ offset) => file.readUInt32BE(directory + offset)
  const [flags, hashes, slots, limit] = [field(12), field(16), field(28), field(32)]
  const [hashSize, hashType, , pageBits] = file.subarray(directory + 36, directory + 40)
  if (hashType !== 2) return 'broken: not of SHA-256'
  if (limit !== start) return 'broken: it does not cover the file'
  const page = 2 ** (pageBits ?? 0)
  for (let i = 0; i < slots; i++) {
    const digest = createHash('sha256').update(
      file.subarray(i * page, Math.min((i + 1) * page, limit)),
    )
    const at = directory + hashes + i * (hashSize ?? 0)
    if (!digest.digest().equals(file.subarray(at, at + (hashSize ?? 0)))) {
      return `broken: page ${i} is another one`
    }
  }
  return flags & 0x2 ? 'ad hoc' : 'of somebody'
}
