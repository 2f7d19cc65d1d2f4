// Makes the site into build/site: guides, examples and the API reference by typedoc, the core's by rustdoc.
// `npm run docs` runs it.

import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Application, PageEvent } from 'typedoc'
import { linkReference, ownFirst, setCodes, showClasses } from './api.js'
import { brokenLinks } from './check-links.js'
import { root } from './contents.js'
import { addDocuments, SiteRouter } from './documents.js'
import { keepCodeInHeadings, keepTextPlain } from './markdown.js'
import { SiteTheme } from './theme.js'

const site = join(root, 'build', 'site')

/** A link from any page, seen from the site's folder. */
const fromTop = 'top:'

const app = await Application.bootstrap({
  name: 'socketpair',
  entryPoints: [join(root, 'lib/index.ts')],
  alwaysCreateEntryPointModule: true,
  tsconfig: join(root, 'tsconfig.json'),
  basePath: root,
  readme: join(root, 'README.md'),
  router: 'site',
  theme: 'site',
  excludeInternal: true,
  // What Node's streams have is told by Node.
  excludeExternals: true,
  excludePrivate: true,
  excludePrivateClassFields: true,
  disableSources: true,
  // Types that are only parts of another: its page spells them out.
  intentionallyNotExported: ['Everywhere', 'Somewhere', 'ChildSocketType'],
  validation: { notExported: true, invalidLink: true, invalidPath: true, rewrittenLink: true },
  customCss: join(import.meta.dirname, 'site.css'),
  customJs: join(import.meta.dirname, 'site-browser.js'),
  markdownItLoader: (parser) => {
    keepCodeInHeadings(parser)
    keepTextPlain(parser)
  },
  highlightLanguages: ['ts', 'js', 'json', 'sh', 'python', 'c', 'go', 'rust', 'toml'],
  navigationLinks: {
    API: `${fromTop}api.html`,
    Examples: `${fromTop}examples/index.html`,
    'Rust core': `${fromTop}rust/socketpair_core/index.html`,
  },
  sort: ['source-order'],
  groupOrder: [
    'Guides',
    'Reference',
    'Examples',
    'Inside',
    'Functions',
    'Classes',
    'Variables',
    'Constructors',
    'Properties',
    'Accessors',
    'Methods',
    '*',
  ],
  navigation: { includeGroups: true, includeCategories: false },
  visibilityFilters: {},
  includeVersion: true,
  hideGenerator: true,
})
app.renderer.defineRouter('site', SiteRouter)
app.renderer.defineTheme('site', SiteTheme)
app.options.setValue('projectDocuments', addDocuments(app))
showClasses(app)
linkReference(app)
ownFirst(app)
setCodes(app)
app.renderer.on(PageEvent.END, (page) => {
  const up = '../'.repeat(page.url.split('/').length - 1)
  page.contents = page.contents?.replaceAll(`"${fromTop}`, `"${up}`).replace('<h1>Module ', '<h1>')
})

const project = await app.convert()
if (project) {
  app.validate(project)
  rmSync(site, { recursive: true, force: true })
  await app.generateDocs(project, site)
  cpSync(join(root, 'target/doc'), join(site, 'rust'), { recursive: true })
  for (const link of brokenLinks(site)) app.logger.error(link)
}
if (!project || app.logger.hasErrors() || app.logger.hasWarnings()) process.exitCode = 1
