// As much of SVG as the charts need.

/**
 * One element.
 *
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 * @param {string} [content] elements, or text that {@link text} has made safe
 */
export function element(name, attributes, content = '') {
  const written = Object.entries(attributes)
    .map(
      ([key, value]) => ` ${key}="${typeof value === 'number' ? rounded(value) : escape(value)}"`,
    )
    .join('')
  return content === '' ? `<${name}${written}/>\n` : `<${name}${written}>${content}</${name}>\n`
}

/**
 * @param {string} content
 * @param {Record<string, string | number>} attributes
 */
export function text(content, attributes) {
  return element('text', attributes, escape(content))
}

/** @param {string} content */
export function escape(content) {
  return content
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

/** @param {number} value */
function rounded(value) {
  return String(Number(value.toFixed(1)))
}
