// For TypeDoc: a module is called as its users import it, not after the folder of its source.
import { Converter } from 'typedoc'

export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const child of project.children ?? []) {
      child.name = child.name.replace(/^(\w+)\/src$/, '@syncbridge/$1')
    }
  })
}
