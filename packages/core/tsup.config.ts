import { readFileSync } from 'node:fs'
import { defineConfig } from 'tsup'
import { libraryBuild } from '../../tsup.base.ts'

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'))

export default defineConfig({
  ...libraryBuild(['src/index.ts'], ['src/thread-entry.ts']),
  define: { PACKAGE_VERSION: JSON.stringify(version) },
})
