// `npm run verify`: all there is to know before a change is handed in.
import { runSteps } from './steps.ts'

process.exitCode = runSteps([
  { name: 'check', command: ['npm', 'run', '--silent', 'check'] },
  { name: 'test', command: ['npm', 'test', '--silent'] },
  { name: 'values', command: ['npm', 'run', '--silent', 'test:values', '-w', '@syncbridge/core'] },
  { name: 'model', command: ['npm', 'run', '--silent', 'test:model', '-w', '@syncbridge/core'] },
  {
    name: 'contexts',
    command: [
      'npm',
      ...['run', '--silent', 'test:contexts', '-w', '@syncbridge/core', '--'],
      ...['--count', '10000', '--seconds', '900'],
    ],
  },
  { name: 'hostile', command: ['npm', 'run', '--silent', 'hostile', '--', '--seconds', '120'] },
  { name: 'runtimes', command: ['npm', 'run', '--silent', 'matrix:runtimes'] },
  { name: 'docs', command: ['npm', 'run', '--silent', 'docs:check'] },
  { name: 'tools', command: ['npm', 'run', '--silent', 'matrix:tools'] },
  { name: 'consumers', command: ['npm', 'run', '--silent', 'matrix:consumers'] },
])
