// `npm run docs:check`: builds the site, and reads it in a browser.
import { runSteps } from './steps.ts'

process.exitCode = runSteps([
  { name: 'docs', command: ['npm', 'run', '--silent', 'docs'] },
  { name: 'browser', command: ['node', '--test', 'site/browser/search.test.js'] },
])
