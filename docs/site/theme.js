// What is shown differently from typedoc's own theme.

import { DefaultTheme } from 'typedoc'

export class SiteTheme extends DefaultTheme {
  /**
   * The API reference beside the guides, and not as one of several modules.
   *
   * @override
   * @param {import('typedoc').ProjectReflection} project
   */
  buildNavigation(project) {
    return super.buildNavigation(project).flatMap((element) => {
      return element.text === 'Modules' ? (element.children ?? []) : [element]
    })
  }
}
