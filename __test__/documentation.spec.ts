// What the documentation says: its blocks run and print what they promise, each as it stands, under the Node
// that runs the tests: `npm run test:runtimes` has them run by every Node that is supported.
// A block that has a file's name is a file for the blocks behind it; its page's blocks run beside it.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { parseSync } from 'rolldown/utils'
import { type Block, blocksOf, pages, root } from './helpers/documents.ts'
import { needing } from './helpers/needs.ts'
import { programsIn, promisedOutput, run, runModule } from './helpers/run-documents.ts'

// Inside the package, where its own name stands for it.
mkdirSync(join(root, 'target'), { recursive: true })
const folder = mkdtempSync(join(root, 'target', 'documentation-'))
test.after.always(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** A session's commands without what they printed, and a word for each `<place to fill in>`. */
function commandsOf(source: string): string {
  const typed = source.split('\n').filter((line) => line.startsWith('$ '))
  const commands = typed.length > 0 ? typed.map((line) => line.slice(2)).join('\n') : source
  return commands.replaceAll(/<[a-z][\w -]*>/gi, 'something')
}

for (const page of pages) {
  const blocks = blocksOf(page)
  const beside = join(folder, page.replaceAll('/', '-'))
  mkdirSync(beside)
  for (const { file, source } of blocks) if (file) writeFileSync(join(beside, file), source)
  const cwd = blocks.some(({ file }) => file) ? beside : root
  for (const [index, block] of blocks.entries()) declare(block, index, beside, cwd)

  test(`the files in ${page} are used there`, (t) => {
    for (const { file } of blocks) {
      if (file === undefined) continue
      t.true(
        blocks.some(({ source }) => source.includes(file)),
        file,
      )
    }
    t.pass()
  })
}

function declare(block: Block, index: number, beside: string, cwd: string): void {
  const { title, language, file, marks, needs, source } = block
  if (file !== undefined) return
  const programs = new Set([...programsIn(source), ...(needs === undefined ? [] : [needs])])
  const testIt = needing(test, ...programs)
  if (marks.has('no-run')) {
    // The API reference shows declarations without what is around them.
    if (title.endsWith(join('docs', 'api.md'))) return
    testIt(`${title} is right by its syntax`, (t) => {
      t.deepEqual(parseSync(`block.${language}`, source).errors, [])
    })
  } else if (language === 'ts' || language === 'js') {
    // A reader pastes it into a module.
    const path = join(beside, `block-${index + 1}.${language === 'js' ? 'mjs' : language}`)
    writeFileSync(path, source)
    testIt(`${title} runs and prints what it promises`, async (t) => {
      const expected = { code: 0, stdout: promisedOutput(source), stderr: '' }
      t.deepEqual(await runModule(path, [], cwd), expected)
    })
  } else if (language === 'sh') {
    const how = marks.has('run') ? '-eu' : '-n'
    testIt(`${title} is right for a shell`, async (t) => {
      const { code, stderr } = await run('sh', [how, '-c', commandsOf(source)], cwd)
      t.deepEqual({ code, stderr }, { code: 0, stderr: '' })
    })
  } else if (language === 'json') {
    testIt(`${title} is JSON`, (t) => t.notThrows(() => JSON.parse(source)))
  } else if (language !== '') {
    test(`${title} is checked by something`, (t) => {
      t.fail(`a block of ${language} needs a file's name, and another block that runs it`)
    })
  }
}
