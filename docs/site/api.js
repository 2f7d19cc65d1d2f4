// The API reference: what typedoc does not do by itself.

import { Converter, ReflectionKind } from 'typedoc'
import ts from 'typescript'
import { join } from 'node:path'
import { root } from './contents.js'

/**
 * `Channel` is a value with constructors of its own and a type, over a class that is not exported: shown is
 * that class, by the name that users know.
 *
 * @param {import('typedoc').Application} app
 */
export function showClasses(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, (context) => {
    const module = apiOf(context.project)
    const [program] = context.programs
    if (program) context.setActiveProgram(program)
    for (const variable of module.getChildrenByKind(ReflectionKind.Variable)) {
      const symbol = context.getSymbolFromReflection(variable)
      const behind = symbol && classBehind(symbol)
      const found = behind && context.checker.getSymbolAtLocation(behind)
      if (!found) continue
      for (const same of module.children?.filter(({ name }) => name === variable.name) ?? []) {
        context.project.removeReflection(same)
      }
      context.converter.convertSymbol(context.withScope(module), found)
      const shown = module.getChildByName([behind.text])
      if (!shown?.isDeclaration()) throw new Error(`${behind.text} was not converted`)
      shown.name = variable.name
      for (const member of shown.children?.filter(({ flags }) => flags.isPrivate) ?? []) {
        context.project.removeReflection(member)
      }
      if (variable.comment) shown.comment = variable.comment
      context.project.registerSymbolId(shown, context.createSymbolId(symbol))
    }
  })
}

/**
 * The class that a constant is set to, if it has another name.
 *
 * @param {import('typedoc').TypeScript.Symbol} symbol
 */
function classBehind({ name, declarations = [] }) {
  const constant = declarations.find((declaration) => ts.isVariableDeclaration(declaration))
  const value = constant?.initializer
  if (!value || !ts.isIdentifier(value) || value.text === name) return
  return constant.getSourceFile().statements.flatMap((statement) => {
    return ts.isClassDeclaration(statement) && statement.name?.text === value.text
      ? [statement.name]
      : []
  })[0]
}

/**
 * Makes links to docs/api.md, which the repository's page shows, links to the same thing here.
 *
 * @param {import('typedoc').Application} app
 */
export function linkReference(app) {
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    const module = apiOf(project)
    const { files } = project
    const reference = join(root, 'docs', 'api.md')
    files.registerReflectionPath(reference, module)
    const targets = new Map(fragments(module))
    const parts = [
      project.readme ?? [],
      ...(project.documents ?? []).map(({ content }) => content),
    ].flat()
    for (const part of parts) {
      if (part.kind !== 'relative-link' || part.targetAnchor === undefined) continue
      if (part.target === undefined || files.resolvePath(part.target) !== reference) continue
      const target = targets.get(part.targetAnchor)
      if (!target) {
        app.logger.error(`nothing is at ${part.text}`)
        continue
      }
      const path = `${reference}/${part.targetAnchor}`
      files.registerReflectionPath(path, target)
      part.target = files.registerAbsolute(
        /** @type {import('typedoc').NormalizedPath} */ (path),
      ).target
      part.targetAnchor = undefined
    }
  })
}

/** @param {string} text */
const plain = (text) => text.toLowerCase().replaceAll(/[^\p{L}\p{N}_]/gu, '')

/** @param {import('typedoc').Reflection} reflection */
const isType = ({ kind }) => kind === ReflectionKind.Interface || kind === ReflectionKind.TypeAlias

/**
 * The fragments of docs/api.md and what they stand for.
 *
 * @param {import('typedoc').DeclarationReflection} module
 * @returns {(readonly [string, import('typedoc').DeclarationReflection])[]}
 */
function fragments(module) {
  const children = module.children ?? []
  const members = children
    .filter((child) => !isType(child))
    .flatMap((owner) => {
      return (owner.children ?? []).map((member) => [plain(owner.name + member.name), member])
    })
  return [
    ...members,
    ...children.map((child) => [`${isType(child) ? 'type-' : ''}${plain(child.name)}`, child]),
  ]
}

/**
 * Shows what a class adds before what it has from another.
 *
 * @param {import('typedoc').Application} app
 */
export function ownFirst(app) {
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    for (const owner of project.getReflectionsByKind(ReflectionKind.ClassOrInterface)) {
      if (!owner.isDeclaration()) continue
      for (const group of owner.groups ?? []) {
        const inherited = group.children.filter(
          (child) => child.isDeclaration() && child.inheritedFrom,
        )
        group.children = [
          ...group.children.filter((child) => !inherited.includes(child)),
          ...inherited,
        ]
      }
    }
  })
}

/**
 * Sets the codes of errors as code, where the doc comments have them plain.
 *
 * @param {import('typedoc').Application} app
 */
export function setCodes(app) {
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    for (const { comment } of Object.values(project.reflections)) {
      const parts = [
        ...(comment?.summary ?? []),
        ...(comment?.blockTags ?? []).flatMap(({ content }) => content),
      ]
      for (const part of parts) {
        if (part.kind !== 'text') continue
        part.text = part.text.replaceAll(/\b(?:E[A-Z]{3,}|ERR_[A-Z_]+)\b/g, '`$&`')
      }
    }
  })
}

/** @param {import('typedoc').ProjectReflection} project */
export function apiOf(project) {
  const [module] = project.getChildrenByKind(ReflectionKind.Module)
  if (!module) throw new Error('there is no module')
  module.name = 'API reference'
  return module
}
