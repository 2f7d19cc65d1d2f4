// The Markdown of the project and the blocks of code in it.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project's folder. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

/** @param path relative to the project */
export const read = (path: string): string => readFileSync(join(root, path), 'utf8')

/** The pages that users read, relative to the project. */
export const pages: readonly string[] = ['.', 'docs'].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
)

/** A block of code in a page. */
export interface Block {
  title: string
  language: string
  /** What it is called in the page, if other blocks use it: "```python upper.py". */
  file: string | undefined
  /** `run`: a block of shell commands that is run. `no-run`: one that can't be. */
  marks: ReadonlySet<string>
  /** The command without which it is left out: `needs=go`. */
  needs: string | undefined
  source: string
}

/** The blocks of a page, in its order. */
export function blocksOf(page: string): Block[] {
  const found = read(page).matchAll(/^```(\S*) *(.*)\n((?:.*\n)*?)```$/gm)
  return Array.from(found, ([, language = '', info = '', source = ''], index) => {
    const words = info.split(' ').filter((word) => word !== '')
    return {
      title: `block ${index + 1} of ${page}`,
      language,
      file: words.find((word) => /^[\w-]+\.\w+$/.test(word)),
      marks: new Set(words),
      needs: words.find((word) => word.startsWith('needs='))?.slice('needs='.length),
      source,
    }
  })
}

/** A page without its blocks of code. */
export const proseOf = (page: string): string => read(page).replaceAll(/^```.*?^```$/gms, '')
