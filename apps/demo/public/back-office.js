import { askAt, Problem } from './api.js'
import { onSubmit, say } from './dialogs.js'
import { byId, element } from './element.js'

const ask = (method, path, body) => askAt('', method, path, body)

let user
let run

async function show() {
  try {
    user = (await ask('GET', '/session')).user
  } catch (problem) {
    if (problem.code !== 'SIGN_IN_REQUIRED') say(problem.message)
    user = undefined
  }
  byId('sign-in').hidden = user !== undefined
  byId('office').hidden = user === undefined
  if (user !== undefined) await showUsers()
}

onSubmit(byId('sign-in'), async () => {
  const { email, password } = byId('sign-in').elements
  await ask('POST', '/sign-in', { email: email.value, password: password.value })
  await show()
})

async function showUsers() {
  const { users } = await ask('GET', '/users')
  byId('users').replaceChildren(
    ...users.map(({ id, email, name }) =>
      element(
        'li',
        {},
        element('strong', {}, name),
        email,
        ...(id === user.id
          ? []
          : [
              element(
                'button',
                { type: 'button', onclick: () => remove(id), 'aria-label': `Remove ${email}` },
                'Remove',
              ),
            ]),
      ),
    ),
  )
}

async function remove(id) {
  try {
    await ask('DELETE', `/users/${id}`)
    await showUsers()
  } catch (problem) {
    say(problem.message)
  }
}

onSubmit(byId('new-user'), async () => {
  const form = byId('new-user')
  const { email, name, password } = form.elements
  await ask('POST', '/users', { email: email.value, name: name.value, password: password.value })
  form.reset()
  await showUsers()
})

byId('month').value = new Date().toISOString().slice(0, 7)

byId('month-end').addEventListener('submit', async (event) => {
  event.preventDefault()
  byId('month-end-wrong').hidden = true
  try {
    run = await ask('POST', '/statements', { month: byId('month').value })
    await follow(run.id)
  } catch (problem) {
    const text =
      problem instanceof Problem ? (problem.fields.month ?? problem.message) : String(problem)
    byId('month-end-wrong').textContent = text
    byId('month-end-wrong').hidden = false
  }
})

byId('cancel').addEventListener('click', async () => {
  byId('cancel').disabled = true
  await ask('DELETE', `/statements/${run.id}`).catch((problem) => say(problem.message))
})

const endings = { done: 'Done', cancelled: 'Cancelled', failed: 'Failed; the log says why' }

async function follow(id) {
  byId('cancel').disabled = false
  for (;;) {
    const now = await ask('GET', `/statements/${id}`)
    if (run.id !== id) return
    byId('progress').max = now.total
    byId('progress').value = now.done
    const how = `${now.done} of ${now.total} statements, ${(now.ms / 1000).toFixed(1)} s`
    if (now.state !== 'running') {
      byId('progress-text').textContent = `${endings[now.state]}: ${how}.`
      byId('cancel').disabled = true
      return
    }
    byId('progress-text').textContent = `${how}…`
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

show()
