// Runs after every install, under whatever Node the machine has: that is why it is plain JavaScript.
//
// The root package depends on one `node-…` package per platform and npm installs the one that fits. Several optional
// packages that offer the same command make npm 10 drop the command, so `node_modules/.bin/node` is put back here.
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Points `node_modules/.bin/node` at the Node that npm installed for this platform.
 *
 * @param {string} root The folder that holds `package.json` and `node_modules`.
 * @param {NodeJS.Platform} platform Windows gets a command file, all others a symbolic link.
 * @returns {string | undefined} The version linked, or undefined where no installed Node runs on this machine.
 */
export function linkNode(root, platform = process.platform) {
  const { optionalDependencies = {} } = readJson(join(root, 'package.json'))
  const bin = join(root, 'node_modules', '.bin')
  for (const name of Object.keys(optionalDependencies)) {
    const home = join(root, 'node_modules', name)
    if (!existsSync(join(home, 'package.json'))) continue
    const path = readJson(join(home, 'package.json')).bin?.node
    const version = path && versionOf(join(home, path))
    if (!version) continue
    mkdirSync(bin, { recursive: true })
    const target = relative(bin, join(home, path))
    if (platform === 'win32') {
      for (const shim of ['node', 'node.ps1']) rmSync(join(bin, shim), { force: true })
      writeFileSync(join(bin, 'node.cmd'), `@"%~dp0\\${target.replaceAll('/', '\\')}" %*\r\n`)
      // package.json says `exec` where a script must get npm's signals; Windows' shell has no such word.
      writeFileSync(join(bin, 'exec.cmd'), '@%*\r\n')
    } else {
      rmSync(join(bin, 'node'), { force: true })
      symlinkSync(target, join(bin, 'node'))
    }
    return version
  }
  return undefined
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'))
}

// A package can fit the platform and still not run on it: musl instead of glibc, or an old kernel.
function versionOf(path) {
  try {
    chmodSync(path, 0o755)
    return execFileSync(path, ['--version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return undefined
  }
}

// Both sides resolved: the folder may have been entered through a symbolic link.
if (
  process.argv[1] &&
  realpathSync(process.argv[1]) === realpathSync(fileURLToPath(import.meta.url))
) {
  const root = fileURLToPath(new URL('..', import.meta.url))
  // Without a node_modules, npm was only asked about the lock file.
  if (!linkNode(root) && existsSync(join(root, 'node_modules'))) {
    console.error(
      `No Node 24 could be installed for ${process.platform}-${process.arch}. ` +
        `The project's tools will use your own Node ${process.version}; they need 24 or later.`,
    )
  }
}
