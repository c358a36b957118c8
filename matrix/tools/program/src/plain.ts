/** Knows nothing of the bridge: it is named by its URL. */
import { told } from './place.js'

// Of the module system that the file is written for: in CommonJS it stands for `__filename`.
const isFile = String(import.meta.url).startsWith('file:')

export function area(width: number, height: number): string {
  return told(isFile ? `${width * height}` : 'nowhere')
}

export async function areaLater(width: number, height: number): Promise<string> {
  await Promise.resolve()
  return told(`${width * height}`)
}
