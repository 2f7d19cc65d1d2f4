// The API reference, docs/api.md, from the doc comments that the compiler keeps in dist/*.d.ts.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'rolldown/utils'
import { parseComment, renderComment, slug } from './doc-comments.js'
import { root } from './steps.js'

/** @typedef {{ type: string, start: number, end: number, [field: string]: any }} Node */

/**
 * @typedef {object} Source a file of declarations
 * @property {string} text
 * @property {Node[]} body
 * @property {Map<number, string>} comments doc comments, by where the declaration after them starts
 */

/**
 * @typedef {object} Member
 * @property {string} name
 * @property {string} heading
 * @property {string} code
 * @property {string | undefined} comment
 */

/**
 * @typedef {Member & { group: Group, base?: string, members: Member[] }} Section
 * @typedef {typeof groups[number]} Group
 */

const groups = /** @type {const} */ (['Functions', 'Classes', 'Values', 'Types'])

/** The text of docs/api.md. */
export function renderApi() {
  const index = readSource('index.d.ts')
  const sections = index.body
    .filter(({ source }) => source)
    .flatMap(({ source, specifiers }) => {
      const file = readSource(source.value.replace(/\.js$/, '.d.ts'))
      return specifiers.map((/** @type {Node} */ { exported }) => describe(file, exported.name))
    })
  const resolve = resolver(sections)
  const inGroup = (/** @type {Group} */ group) =>
    sections
      .filter((section) => section.group === group)
      // Classes after those that they extend.
      .toSorted((a, b) => ancestors(a, sections) - ancestors(b, sections))
  const contents = groups.map((group) => {
    const links = inGroup(group).map(({ name, heading }) => `[\`${name}\`](#${slug(heading)})`)
    return `- ${group}: ${links.join(', ')}`
  })
  const body = groups.flatMap(inGroup).flatMap((section) => render(section, resolve))
  return [
    '<!-- Made by `npm run docs` from the doc comments in lib/: change those. -->',
    '# API reference',
    'What holds for all calls, errors above all, is in [semantics.md](semantics.md).',
    contents.join('\n'),
    `${body.join('\n\n')}\n`,
  ].join('\n\n')
}

/**
 * @param {Section} section
 * @param {readonly Section[]} sections
 * @returns {number}
 */
function ancestors({ base }, sections) {
  const parent = sections.find(({ name }) => name === base)
  return parent ? 1 + ancestors(parent, sections) : 0
}

/**
 * @param {string} name
 * @returns {Source}
 */
function readSource(name) {
  const text = readFileSync(join(root, 'dist', name), 'utf8')
  const { program, comments } = parseSync(name, text)
  const starts = comments
    .filter(({ type, value }) => type === 'Block' && value.startsWith('*'))
    .map(({ value, end }) => /** @type {const} */ ([end + text.slice(end).search(/\S/), value]))
  return { text, body: program.body, comments: new Map(starts) }
}

/**
 * @param {Source} source
 * @param {string} name
 * @returns {Section}
 */
function describe(source, name) {
  const { text, body, comments } = source
  const own = body.filter(({ declaration }) => declaredName(declaration) === name)
  const [first] = own
  if (!first) throw new Error(`no declaration of ${name}`)
  const { declaration } = first
  const code = own.map(({ start, end }) => plain(text.slice(start, end))).join('\n')
  const comment = comments.get(first.start)
  const renamed = classBehind(source, own)
  if (renamed) {
    const section = describe({ ...source, body: [renamed] }, renamed['declaration'].id.name)
    const members = section.members.map((member) => ({
      ...member,
      heading: member.heading.replace(/^(new )?\w+/, `$1${name}`),
    }))
    return { ...section, name, heading: name, code, comment, members }
  }
  switch (declaration.type) {
    case 'TSDeclareFunction':
      return { name, heading: `${name}()`, group: 'Functions', code, comment, members: [] }
    case 'VariableDeclaration':
      return { name, heading: name, group: 'Values', code, comment, members: [] }
    case 'ClassDeclaration':
      return {
        name,
        heading: name,
        group: 'Classes',
        code: plain(text.slice(first.start, declaration.body.start)).trim(),
        comment,
        base: declaration.superClass?.name,
        members: describeMembers(source, name, declaration),
      }
    default: {
      // A type may be made of others that have no name outside.
      const parts = body
        .filter(({ type, id }) => type === 'TSTypeAliasDeclaration' && code.includes(id.name))
        .map(({ start, end }) => plain(text.slice(start, end)))
      const all = [...parts, code].join('\n')
      // Some differ from a value only by their capital, and fragments have none.
      return { name, heading: `Type: ${name}`, group: 'Types', code: all, comment, members: [] }
    }
  }
}

/**
 * The class that is exported under another name, as a value with constructors of its own and a type.
 *
 * @param {Source} source
 * @param {readonly Node[]} own
 * @returns {Node | undefined} as an export of it
 */
function classBehind({ body }, own) {
  const alias = own.find(({ declaration }) => declaration?.type === 'TSTypeAliasDeclaration')
  const behind = alias?.['declaration'].typeAnnotation?.typeName?.name
  const declaration = body.find(
    ({ type, id }) => type === 'ClassDeclaration' && id?.name === behind,
  )
  return own.length > 1 && declaration ? { ...declaration, declaration } : undefined
}

/**
 * @param {Node | null | undefined} declaration
 * @returns {string | undefined}
 */
function declaredName(declaration) {
  return (declaration?.['declarations']?.[0] ?? declaration)?.id?.name
}

/**
 * @param {Source} source
 * @param {string} className
 * @param {Node} declaration
 * @returns {Member[]}
 */
function describeMembers({ text, comments }, className, declaration) {
  const methods = declaration['body'].body.filter(
    (/** @type {Node} */ { type, start }) =>
      /^(TSAbstract)?MethodDefinition$/.test(type) && !comments.get(start)?.includes('@internal'),
  )
  const nameOf = (/** @type {Node} */ { key }) => text.slice(key.start, key.end)
  const settable = new Set(
    methods.filter((/** @type {Node} */ { kind }) => kind === 'set').map(nameOf),
  )
  return methods
    .filter((/** @type {Node} */ { kind }) => kind !== 'set')
    .map((/** @type {Node} */ method) => {
      const name = nameOf(method)
      const code = text
        .slice(method.start, method.end)
        .replace(/^abstract /, '')
        .replace(/^get (\w+)\(\)/, settable.has(name) ? '$1' : 'readonly $1')
      return {
        name,
        heading: headingOf(className, name, method),
        code: plain(code),
        comment: comments.get(method.start),
      }
    })
}

/**
 * @param {string} className
 * @param {string} name
 * @param {Node} method
 */
function headingOf(className, name, method) {
  if (method['kind'] === 'constructor') return `new ${className}()`
  const object = method['static'] ? className : className.replace(/^./, (c) => c.toLowerCase())
  const access = method['computed'] ? `[${name}]` : `.${name}`
  return `${object}${access}${method['kind'] === 'method' ? '()' : ''}`
}

/**
 * A declaration in the project's style and without what a reader knows.
 *
 * @param {string} code
 */
function plain(code) {
  return code
    .replace(/^export (declare )?/, '')
    .replace(/\bimport\('[^']+'\)\./, '')
    .replaceAll(/;$/gm, '')
    .replaceAll(/^(?: {2})+/gm, (indent) => indent.slice(indent.length / 2))
}

/**
 * Finds what a link in a doc comment means: an export, a member of one, a member beside it.
 *
 * @param {readonly Section[]} sections
 * @returns {(target: string, from: Section) => string}
 */
function resolver(sections) {
  const byName = new Map(sections.map((section) => [section.name, section]))
  /** @type {(target: string, from: Section | undefined) => Member | undefined} */
  const memberOf = (target, from) =>
    from &&
    (from.members.find(({ name }) => name === target) ??
      memberOf(target, byName.get(from.base ?? '')))
  return (target, from) => {
    const [name = '', member] = target.split('.')
    const found = member
      ? memberOf(member, byName.get(name))
      : (memberOf(name, from) ?? byName.get(name))
    if (!found) throw new Error(`${from.name}: nothing is called ${target}`)
    return `[\`${target}\`](#${slug(found.heading)})`
  }
}

/**
 * @param {Section} section
 * @param {ReturnType<typeof resolver>} resolve
 */
function render(section, resolve) {
  const show = (/** @type {Member} */ { code, comment = '' }) => [
    `\`\`\`ts no-run\n${code}\n\`\`\``,
    ...renderComment(parseComment(comment), (target) => resolve(target, section)),
  ]
  // A class of Node's is described there.
  const baseOf = (/** @type {string} */ base) =>
    base === 'Duplex' ? '`Duplex` of `node:stream`' : resolve(base, section)
  return [
    `## ${section.heading}`,
    ...show(section),
    ...(section.base ? [`It has all that ${baseOf(section.base)} has.`] : []),
    ...section.members.flatMap((member) => [`### ${member.heading}`, ...show(member)]),
  ]
}
