import { ask } from './api.js'
import { clearProblem, onSubmit, say } from './dialogs.js'
import { byId, element } from './element.js'

const dialog = byId('sign-in-dialog')
const form = byId('sign-in-form')

let user
let afterSignIn

/** Shows who has signed in, if anybody has. */
export async function loadSession() {
  user = await ask('GET', '/session').then(
    (answer) => answer.user ?? undefined,
    () => undefined,
  )
  show()
}

/** Runs `action` for a user who has signed in, after the sign-in if need be. */
export function whenSignedIn(action) {
  if (user !== undefined) return action()
  afterSignIn = action
  openSignIn()
}

/** Forgets who has signed in: the desk says that the session has ended. */
export function forgetSession() {
  user = undefined
  show()
}

function openSignIn() {
  form.reset()
  clearProblem(form)
  dialog.showModal()
}

function show() {
  const place = byId('session')
  if (user === undefined) {
    place.replaceChildren(element('button', { type: 'button', onclick: openSignIn }, 'Sign in'))
  } else {
    place.replaceChildren(
      element('span', { class: 'quiet' }, user.email),
      element('button', { type: 'button', onclick: signOut }, 'Sign out'),
    )
  }
}

async function signOut() {
  try {
    await ask('POST', '/sign-out')
    forgetSession()
  } catch (problem) {
    say(problem.message)
  }
}

onSubmit(form, async () => {
  const { email, password } = form.elements
  const answer = await ask('POST', '/sign-in', { email: email.value, password: password.value })
  user = answer.user
  show()
  const action = afterSignIn
  dialog.close()
  action?.()
})

dialog.addEventListener('close', () => {
  afterSignIn = undefined
})
