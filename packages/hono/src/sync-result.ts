import type { TypedResponse } from 'hono'
import type { StatusCode } from 'hono/utils/http-status'
import type { JSONParsed } from 'hono/utils/types'

/** A response in full, as a synchronous route returns it. */
export interface SyncResponse {
  /** 200 by default. */
  readonly status?: StatusCode
  /** A name with several values, such as `set-cookie`, has an array. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  /** A text, bytes, or anything that can be JSON. */
  readonly body?: unknown
}

/** What a generator may yield before its first chunk: the response's status and headers. */
export type SyncResponseHead = Omit<SyncResponse, 'body'>

/** One piece of a streamed body. */
export type SyncChunk = string | Uint8Array | ArrayBuffer

/** The type of the response that a synchronous route's result becomes, as Hono's RPC client reads it. */
export type ResponseOf<R> = unknown extends R
  ? Response
  : R extends string
    ? Typed<R, 200, 'text'>
    : R extends ArrayBuffer | ArrayBufferView | Iterator<unknown, unknown, unknown>
      ? Typed<unknown, 200, 'body'>
      : R extends undefined
        ? Typed<null, 204, 'body'>
        : R extends { readonly status: infer S extends number; readonly body?: infer B }
          ? Exclude<keyof R, keyof SyncResponse> extends never
            ? FullResponse<B, StatusOf<S>>
            : Json<R, 200>
          : Json<R, 200>

type Typed<T, S extends StatusCode, F extends string> = Response & TypedResponse<T, S, F>

type Json<T, S extends StatusCode> = Typed<JSONParsed<T>, S, 'json'>

/** A status of type `number` could be any. */
type StatusOf<S extends number> = number extends S
  ? StatusCode
  : S extends StatusCode
    ? S
    : StatusCode

type FullResponse<B, S extends StatusCode> = unknown extends B
  ? Typed<unknown, S, 'body'>
  : B extends string
    ? Typed<B, S, 'text'>
    : B extends ArrayBuffer | ArrayBufferView
      ? Typed<unknown, S, 'body'>
      : B extends undefined | null
        ? Typed<null, S, 'body'>
        : Json<B, S>
