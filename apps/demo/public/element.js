/**
 * Makes an element. Children that are strings become text, never markup: whatever a customer is called, it can only be
 * read.
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value)
    else if (value === true) made.setAttribute(name, '')
    else if (value !== false && value !== undefined) made.setAttribute(name, value)
  }
  made.append(...children)
  return made
}

export const byId = (id) => document.getElementById(id)
