// Markdown as the repository's page shows it: the fragments of headings, where links lead to, and plain text.

import { Slugger } from 'typedoc'
import { slug } from '../../scripts/doc-comments.js'

export class HeadingSlugger extends Slugger {
  /**
   * @override
   * @param {string} heading
   */
  serialize(heading) {
    return slug(heading)
  }
}

/**
 * Code in a heading, too, is text of its fragment.
 *
 * @param {any} parser markdown-it
 */
export function keepCodeInHeadings(parser) {
  parser.core.ruler.after('inline', 'code_in_headings', ({ tokens, Token }) => {
    const token = (/** @type {string} */ type, /** @type {string} */ content) =>
      Object.assign(new Token(type, '', 0), { content })
    for (const [index, heading] of tokens.entries()) {
      if (heading.type !== 'inline' || tokens[index - 1]?.type !== 'heading_open') continue
      heading.children = heading.children.flatMap((/** @type {any} */ child) => {
        if (child.type !== 'code_inline') return [child]
        return [
          token('html_inline', '<code>'),
          token('text', child.content),
          token('html_inline', '</code>'),
        ]
      })
    }
  })
}

/**
 * A block of no language is text; typedoc takes it for TypeScript.
 *
 * @param {any} parser markdown-it
 */
export function keepTextPlain(parser) {
  parser.core.ruler.push('plain_text', ({ tokens }) => {
    for (const token of tokens) if (token.type === 'fence' && token.info === '') token.info = 'text'
  })
}
