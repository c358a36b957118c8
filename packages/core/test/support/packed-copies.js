/** The package as npm packs it, installed several times over in one folder, as package managers do where ranges don't meet. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const packageFolder = fileURLToPath(new URL('../..', import.meta.url))
const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'))

/**
 * @typedef {{ version: string, protocol?: number }} Edition What a copy says of itself.
 *
 * @param {import('node:test').TestContext} t
 * @param {Record<string, Edition>} editions By the folder whose `node_modules` they are installed in; `.` is the program's own.
 * @param {Record<string, string>} files The program's, by path.
 * @returns {string} The program's folder.
 */
export function installCopies(t, editions, files) {
  const root = mkdtempSync(join(tmpdir(), 'syncbridge-copies-'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--pack-destination', root], {
      cwd: packageFolder,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    }),
  )
  for (const [folder, edition] of Object.entries(editions)) {
    const home = join(root, folder, 'node_modules', '@syncbridge', 'core')
    mkdirSync(home, { recursive: true })
    execFileSync('tar', ['-xzf', packed.filename, '-C', home, '--strip-components=1'], {
      cwd: root,
    })
    declare(home, edition)
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

/** Makes a copy one of another version, in all places where a release would. */
function declare(home, edition) {
  edit(join(home, 'package.json'), (text) => replaced(text, version, edition.version))
  const code = readdirSync(join(home, 'dist')).filter((file) => /\.c?js$/.test(file))
  let versions = 0
  let protocols = 0
  for (const file of code) {
    edit(join(home, 'dist', file), (text) =>
      text
        .replaceAll(`"${version}"`, () => {
          versions += 1
          return `"${edition.version}"`
        })
        .replaceAll(/PROTOCOL_VERSION\s*=\s*\d+/g, (all) => {
          protocols += 1
          return edition.protocol ? `PROTOCOL_VERSION=${edition.protocol}` : all
        }),
    )
  }
  // One in the ES modules' shared chunk, one in the CommonJS file.
  if (versions !== 2 || protocols !== 2) {
    throw new Error(`found ${versions} versions and ${protocols} protocols in ${home}, not 2 and 2`)
  }
}

function replaced(text, from, to) {
  if (!text.includes(from)) throw new Error(`no ${from} in the manifest`)
  return text.replace(from, to)
}

function edit(path, change) {
  writeFileSync(path, change(readFileSync(path, 'utf8')))
}
