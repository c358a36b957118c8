import type { MiddlewareHandler } from 'hono'
import type { ParamKeys, ParamKeyToRecord } from 'hono/types'
import type { UnionToIntersection } from 'hono/utils/types'

/** A file of a form, with its bytes: a synchronous function can't wait for a `File`'s. */
export interface SyncFile {
  /** Its name, as the client gave it. */
  readonly name: string
  /** Its media type, or an empty text. */
  readonly type: string
  /** What it holds. */
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** A form: a field that occurs more than once is an array. */
export type SyncForm = Record<string, string | SyncFile | Array<string | SyncFile>>

// biome-ignore lint/suspicious/noExplicitAny: every validator, whatever its app, path and input.
type AnyValidator = MiddlewareHandler<any, any, any>

// biome-ignore lint/suspicious/noExplicitAny: the same.
type ValidatorOf<O extends object> = MiddlewareHandler<any, any, { in: any; out: O }>

/** What validators have checked: by target, or as the types of the validators themselves. */
export type Validated = object | AnyValidator | readonly AnyValidator[]

/**
 * A request as a synchronous route gets it: plain data, which crosses to the thread.
 *
 * @typeParam P The route's path, which says what `params` holds: `SyncRequest<'/report/:id'>`.
 * @typeParam V What the validators before the route have checked: `typeof validator`, `[typeof one, typeof other]`, or the outputs by
 * target: `{ json: Transfer }`.
 */
export interface SyncRequest<P extends string = string, V extends Validated = object> {
  /** `GET`, `POST` and so on. */
  readonly method: string
  /** The whole address, its query included. */
  readonly url: string
  /** By their names in lower case. */
  readonly headers: Record<string, string>
  /** The parameters of the path, decoded. */
  readonly params: ParamsOf<P>
  /** The first value of each name; `queries` has them all. */
  readonly query: Record<string, string>
  /** All values of each name. */
  readonly queries: Record<string, string[]>
  /**
   * What a validator of `json` or `form` has made of it, else by its content type: what JSON says, a text, a `SyncForm`, and
   * bytes for the rest. `undefined` where there is none.
   */
  readonly body: BodyOf<OutputOf<V>>
  /** What validators have made of their parts of the request, as `c.req.valid()` gives it. */
  readonly valid: ValidOf<OutputOf<V>>
}

/** The path's parameters, as `c.req.param()` has them. */
export type ParamsOf<P extends string> = string extends P
  ? Record<string, string>
  : Flat<UnionToIntersection<ParamKeyToRecord<ParamKeys<P>>>>

/** One object for a reader, instead of an intersection. */
type Flat<T> = { [K in keyof T]: T[K] } & {}

type OutputOf<V> = V extends readonly unknown[]
  ? UnionToIntersection<OutputOf<V[number]>>
  : V extends AnyValidator
    ? CheckedBy<V>
    : V

type CheckedBy<V> = V extends ValidatorOf<infer O> ? O : object

type BodyOf<O> = O extends { json: infer J } ? J : O extends { form: infer F } ? Plain<F> : unknown

type ValidOf<O> = {
  readonly [K in keyof O]: K extends 'form' ? Plain<O[K]> : O[K]
}

/** Files travel as `SyncFile`s. */
type Plain<F> = F extends Blob
  ? SyncFile
  : F extends Uint8Array
    ? F
    : F extends object
      ? { [K in keyof F]: Plain<F[K]> }
      : F
