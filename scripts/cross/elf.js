// What an ELF shared object says of itself: 64 bits, little-endian, which all of ours are.

const MACHINES = /** @type {const} */ ({ 62: 'x64', 183: 'arm64' })
const SHARED_OBJECT = 3
const SECTION = /** @type {const} */ ({
  symbols: 2,
  dynamic: 6,
  dynamicSymbols: 11,
  needs: 0x6fff_fffe,
})
const DYNAMIC = /** @type {const} */ ({
  needed: 1,
  name: 14,
  rpath: 15,
  textRelocations: 22,
  runpath: 29,
})

/**
 * @typedef {object} BinaryFacts
 * @property {string} format
 * @property {string} cpu
 * @property {boolean} stripped
 * @property {readonly string[]} libraries that it needs
 * @property {readonly string[]} versions of symbols that it needs, such as GLIBC_2.17
 * @property {readonly string[]} undefinedSymbols
 * @property {readonly string[]} exportedSymbols
 * @property {readonly string[]} oddities what no addon of ours should have
 */

/**
 * @param {Buffer} file
 * @returns {BinaryFacts}
 */
export function readElf(file) {
  if (file.toString('latin1', 0, 6) !== '\u007FELF\u0002\u0001')
    throw new Error('no ELF of 64 bits')
  if (file.readUInt16LE(16) !== SHARED_OBJECT) throw new Error('no shared object')
  const sections = readSections(file)
  const find = (/** @type {number} */ type) => sections.find((section) => section.type === type)
  const dynamic = find(SECTION.dynamic)
  if (!dynamic) throw new Error('nothing to be linked with')
  const strings = sections[dynamic.link]?.offset ?? 0
  const entries = Array.from({ length: dynamic.size / 16 }, (_, i) => ({
    tag: Number(file.readBigInt64LE(dynamic.offset + 16 * i)),
    value: Number(file.readBigUInt64LE(dynamic.offset + 16 * i + 8)),
  }))
  const textOf = (/** @type {number} */ tag) =>
    entries.filter((entry) => entry.tag === tag).map(({ value }) => textAt(file, strings + value))
  const symbols = readSymbols(file, sections, find(SECTION.dynamicSymbols))
  return {
    format: 'ELF',
    cpu: MACHINES[/** @type {keyof typeof MACHINES} */ (file.readUInt16LE(18))] ?? 'unknown',
    stripped: !find(SECTION.symbols),
    libraries: textOf(DYNAMIC.needed),
    versions: readVersions(file, find(SECTION.needs), strings),
    undefinedSymbols: symbols.filter((symbol) => !symbol.defined).map(({ name }) => name),
    exportedSymbols: symbols.filter((symbol) => symbol.defined).map(({ name }) => name),
    oddities: [
      ...textOf(DYNAMIC.rpath).map((path) => `a path to search for libraries: ${path}`),
      ...textOf(DYNAMIC.runpath).map((path) => `a path to search for libraries: ${path}`),
      ...(entries.some(({ tag }) => tag === DYNAMIC.textRelocations)
        ? ['relocations of its code']
        : []),
    ],
  }
}

/**
 * @param {Buffer} file
 * @param {number} offset
 */
const textAt = (file, offset) => file.toString('latin1', offset, file.indexOf(0, offset))

/** @param {Buffer} file */
function readSections(file) {
  const table = Number(file.readBigUInt64LE(40))
  const [size, count] = [file.readUInt16LE(58), file.readUInt16LE(60)]
  return Array.from({ length: count }, (_, i) => ({
    type: file.readUInt32LE(table + i * size + 4),
    offset: Number(file.readBigUInt64LE(table + i * size + 24)),
    size: Number(file.readBigUInt64LE(table + i * size + 32)),
    link: file.readUInt32LE(table + i * size + 40),
    entries: file.readUInt32LE(table + i * size + 44),
  }))
}

/** @typedef {ReturnType<typeof readSections>[number]} Section */

/**
 * @param {Buffer} file
 * @param {readonly Section[]} sections
 * @param {Section} [symbols]
 */
function readSymbols(file, sections, symbols) {
  if (!symbols) return []
  const strings = sections[symbols.link]?.offset ?? 0
  // The first is none.
  return Array.from({ length: symbols.size / 24 - 1 }, (_, i) => {
    const at = symbols.offset + 24 * (i + 1)
    return {
      name: textAt(file, strings + file.readUInt32LE(at)),
      defined: file.readUInt16LE(at + 6) !== 0,
    }
  }).filter(({ name }) => name !== '')
}

/**
 * @param {Buffer} file
 * @param {Section | undefined} needs
 * @param {number} strings
 */
function readVersions(file, needs, strings) {
  const versions = []
  let library = needs?.offset ?? 0
  for (let i = 0; i < (needs?.entries ?? 0); i++) {
    let version = library + file.readUInt32LE(library + 8)
    for (let left = file.readUInt16LE(library + 2); left > 0; left--) {
      versions.push(textAt(file, strings + file.readUInt32LE(version + 8)))
      version += file.readUInt32LE(version + 12)
    }
    library += file.readUInt32LE(library + 12)
  }
  return versions
}
