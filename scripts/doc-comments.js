// From a doc comment to Markdown.

/**
 * @typedef {object} DocComment
 * @property {string} text
 * @property {{ tag: string, text: string }[]} tags in the order of the comment
 */

/**
 * @param {string} comment without its outer marks
 * @returns {DocComment}
 */
export function parseComment(comment) {
  const lines = comment.split('\n').map((line) => line.replace(/^ *\*+ ?/, '').trimEnd())
  const [text = '', ...tagged] = lines.join('\n').split(/^@/m)
  const tags = tagged.map((part) => {
    const [tag = ''] = /^\w+/.exec(part) ?? []
    return { tag, text: part.slice(tag.length).trim() }
  })
  return { text: text.trim(), tags }
}

/** @type {Readonly<Record<string, string>>} */
const labels = { returns: 'Gives', throws: 'Fails', see: 'See' }

/**
 * @param {DocComment} comment
 * @param {(target: string) => string} link
 */
export function renderComment({ text, tags }, link) {
  const linked = (/** @type {string} */ part) =>
    codes(part.replaceAll(/\{@link ([^}]+)\}/g, (_, target) => link(target)))
  const paragraphs = tags.map(({ tag, text: content }) => {
    if (tag === 'example') return content
    const label = labels[tag]
    if (label === undefined) throw new Error(`a doc comment has an unknown tag: @${tag}`)
    return `**${label}:** ${linked(content)}`
  })
  return [linked(text), ...paragraphs].filter((paragraph) => paragraph !== '')
}

/**
 * Sets the codes of errors as code, where they are not yet.
 *
 * @param {string} text
 */
function codes(text) {
  return text.replaceAll(/`[^`]*`|\b(?:E[A-Z]{3,}|ERR_[A-Z_]+)\b/g, (part) =>
    part.startsWith('`') ? part : `\`${part}\``,
  )
}

/**
 * The fragment by which a heading is linked to, as GitHub makes it.
 *
 * @param {string} heading
 */
export function slug(heading) {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-')
}
