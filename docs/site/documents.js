// The guides and the examples as pages: their titles, groups and addresses.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, extname, join, relative } from 'node:path'
import { Converter, KindRouter, ReflectionKind } from 'typedoc'
import { examples, pages, root } from './contents.js'
import { HeadingSlugger } from './markdown.js'

/** Where the pages of the examples are written before typedoc reads them. */
const written = join(root, 'build', 'examples')

/** @type {Readonly<Record<string, string>>} */
const languages = { '.js': 'js', '.ts': 'ts', '.py': 'python', '.rs': 'rust', '.toml': 'toml' }

/**
 * Makes the pages known to typedoc, each under the path that links in Markdown have.
 *
 * @param {import('typedoc').Application} app
 * @returns {string[]} their files, for `projectDocuments`
 */
export function addDocuments(app) {
  const all = [...pages(), ...examplePages()]
  const byPath = new Map(all.map((page) => [page.path, page]))
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context, document) => {
    const { files } = document.project
    const page = byPath.get(files.getReflectionPath(document) ?? '')
    if (!page) return
    const [first] = document.content
    document.name = /^# (.+)\n/.exec(first?.text ?? '')?.[1] ?? page.slug
    document.frontmatter['group'] = page.group
    addresses.set(document, `${page.group.toLowerCase()}/${page.slug}`)
    for (const path of page.shown ?? []) files.registerReflectionPath(path, document)
  })
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    // The page has the project's name as its heading.
    const [first] = project.readme ?? []
    if (first) first.text = first.text.replace(/^# .+\n+/, '')
  })
  return all.map(({ path }) => path)
}

/** @type {WeakMap<import('typedoc').RouterTarget, string>} */
const addresses = new WeakMap()

/** Addresses that say what is there: guides/errors.html, api/StreamSocket.html. */
export class SiteRouter extends KindRouter {
  /**
   * @override
   * @param {import('typedoc').Reflection} reflection
   */
  getIdealBaseName(reflection) {
    if (reflection.kind === ReflectionKind.Module) return 'api'
    return addresses.get(reflection) ?? `api/${reflection.name}`
  }

  /**
   * @override
   * @param {import('typedoc').Reflection} target
   * @param {import('typedoc').PageDefinition[]} outPages
   */
  buildChildPages(target, outPages) {
    super.buildChildPages(target, outPages)
    if (target.isDocument())
      this.sluggers.set(target, new HeadingSlugger(this.sluggerConfiguration))
  }
}

/** @returns {(import('./contents.js').Page & { shown?: string[] })[]} */
function examplePages() {
  mkdirSync(written, { recursive: true })
  const shown = examples()
  const each = shown.map(({ path, slug, files }) => {
    const [main = '', ...others] = files
    return {
      path: write(slug, [
        `# ${slug}`,
        introduction(main),
        ...[main, ...others].flatMap((file) => [
          `## ${relative(path, file) || basename(file)}`,
          code(file),
        ]),
      ]),
      slug,
      group: 'Examples',
      shown: [path, ...files],
    }
  })
  const list = shown.map(({ slug, files: [main = ''] }) => {
    return `- [${slug}](${slug}.md): ${introduction(main).split('\n')[0]}`
  })
  const index = write('index', ['# All examples', 'Each is run by the tests.', list.join('\n')])
  return [
    { path: index, slug: 'index', group: 'Examples', shown: [join(root, 'examples')] },
    ...each,
  ]
}

/**
 * @param {string} slug
 * @param {readonly string[]} parts
 */
function write(slug, parts) {
  const path = join(written, `${slug}.md`)
  writeFileSync(path, `${parts.join('\n\n')}\n`)
  return path
}

/**
 * The comment at the top of an example, as paragraphs.
 *
 * @param {string} file
 */
function introduction(file) {
  const lines = readFileSync(file, 'utf8').split('\n')
  const comment = lines.slice(
    0,
    lines.findIndex((line) => !line.startsWith('//')),
  )
  const text = comment.map((line) => line.replace(/^\/\/ ?/, '')).join('\n')
  return text
    .split(/\n{2,}/)
    .map((part) =>
      part.startsWith('  ') ? `\`\`\`sh\n${part.trim()}\n\`\`\`` : part.replaceAll('\n', ' '),
    )
    .join('\n\n')
}

/** @param {string} file */
function code(file) {
  const language = languages[extname(file)] ?? 'text'
  return `\`\`\`${language}\n${readFileSync(file, 'utf8').trimEnd()}\n\`\`\``
}
