/**
 * Every hostile member, by its name. `make` makes one, on the thread that it crosses from.
 *
 * @typedef {object} Member
 * @property {() => unknown} make
 * @property {boolean} [arrives] It must: an error of the call is wrong.
 * @property {number} [levels] So many of them must be there where it arrives.
 * @property {string} [bytes] What it holds.
 * @property {boolean} [isThenable] The language itself resolves it where an async function gives it.
 * @property {boolean} [neverSettles] And then waits for it, for ever.
 * @property {boolean} [hasCodec] A codec is the user's function: what it throws may come through.
 */
import { bytesMembers } from './bytes.js'
import { callables } from './callables.js'
import { codecs } from './codecs.js'
import { errors } from './errors.js'
import { huge, large, shared } from './large.js'
import { getters, named } from './objects.js'
import { proxies } from './proxies.js'
import { thenables } from './thenables.js'

/** @type {Record<string, Record<string, Member>>} By kind, each of which comes as often as the others. */
export const kinds = {
  getters,
  named,
  proxies,
  thenables,
  large,
  shared,
  huge,
  bytes: bytesMembers,
  errors,
  callables,
  codecs,
}

/** @type {Record<string, Member>} */
export const members = Object.assign({}, ...Object.values(kinds))
