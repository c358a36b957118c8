import { byId, element } from './element.js'

for (const button of document.querySelectorAll('[data-close]')) {
  button.addEventListener('click', () => button.closest('dialog').close())
}

for (const dialog of document.querySelectorAll('dialog')) {
  // A press on the dialog itself and not on what is in it is a press on the backdrop.
  dialog.addEventListener('mousedown', (event) => {
    if (event.target === dialog && dialog.id === 'invoice-dialog') dialog.close()
  })
}

/**
 * Shows what is wrong beside each field of `form`, and everything that belongs to no field at its top; puts the cursor
 * into the first one. Fields are found by their name.
 */
export function showProblem(form, problem) {
  clearProblem(form)
  const unplaced = []
  let first
  for (const [field, message] of Object.entries(problem.fields ?? {})) {
    const input = form.elements[field]
    if (!(input instanceof HTMLElement)) {
      unplaced.push(message)
      continue
    }
    const id = `${input.id}-wrong`
    input.setAttribute('aria-invalid', 'true')
    input.setAttribute('aria-describedby', id)
    input.after(element('p', { id, class: 'wrong' }, message))
    first ??= input
  }
  if (first === undefined) unplaced.unshift(problem.message)
  const notice = form.querySelector('[data-error]')
  notice.hidden = unplaced.length === 0
  notice.textContent = unplaced.join(' ')
  first?.focus()
}

/** Takes away what `showProblem` showed. */
export function clearProblem(form) {
  form.querySelector('[data-error]').hidden = true
  for (const wrong of form.querySelectorAll('.wrong')) wrong.remove()
  for (const input of form.querySelectorAll('[aria-invalid]')) {
    input.removeAttribute('aria-invalid')
    input.removeAttribute('aria-describedby')
  }
}

/** Runs `send` when `form` is submitted, once at a time, and shows what goes wrong. */
export function onSubmit(form, send) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const button = form.querySelector('[type=submit]')
    if (button.disabled) return
    button.disabled = true
    try {
      await send()
    } catch (problem) {
      showProblem(form, problem)
    } finally {
      button.disabled = false
    }
  })
}

let hiding

/** Says `message` at the foot of the page for a few seconds. */
export function say(message) {
  const toast = byId('toast')
  toast.textContent = message
  // As a popover it lies above an open dialog.
  toast.showPopover()
  clearTimeout(hiding)
  hiding = setTimeout(() => toast.hidePopover(), 5000)
}
