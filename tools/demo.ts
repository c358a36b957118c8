// `npm run demo`: builds what the demo needs, then is its shadow: same output, same exit code.
//
// Signals. Ctrl-C reaches every process of the terminal's foreground group, and npm passes its own copy on as well; a
// `kill` of npm alone reaches the demo only if it is passed on. So the demo gets a process group of its own, where
// nothing arrives but what is sent from here, and of a burst it is sent one. A later signal is the user's again.
// (The script in package.json says `exec`: npm signals the shell it started, and a shell keeps that to itself.)
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { exitCodeOf } from './child.ts'
import { root, runNx } from './nx.ts'

const BURST_MS = 500

const build = runNx(['run', '@syncbridge/demo:build', '--output-style=static'], { stdio: 'pipe' })
if (build.code !== 0) {
  process.stderr.write(build.output)
  process.exit(build.code)
}

const demo = spawn(
  process.execPath,
  [join(root, 'apps/demo/dist/main.js'), ...process.argv.slice(2)],
  {
    cwd: process.env.INIT_CWD ?? process.cwd(),
    detached: process.platform !== 'win32',
    stdio: 'inherit',
  },
)

let sentAt = Number.NEGATIVE_INFINITY
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    const now = performance.now()
    if (now - sentAt < BURST_MS) return
    sentAt = now
    // A closed terminal is a wish to stop like any other; a demo that only hears SIGHUP would die undrained.
    demo.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal)
  })
}
demo.once('error', (error) => {
  console.error(`The demo could not be started: ${error.message}`)
  process.exit(1)
})
demo.once('exit', (code, signal) => process.exit(exitCodeOf(code, signal)))
