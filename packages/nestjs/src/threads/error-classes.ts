import * as common from '@nestjs/common'
import { registerError } from '@syncbridge/core'
import { ThreadContainerError } from './thread-container-error.js'

/**
 * Makes Nest's exceptions, and ours, come back from the threads as what they are, so that filters know a `NotFoundException`. To be
 * called on both sides, and in an async function: registered while a module is evaluated, a class belongs to that module, which
 * may be another build of this package on the other side.
 */
export function registerNestErrors(): void {
  registerError(ThreadContainerError)
  for (const exported of Object.values(common)) {
    if (isHttpException(exported)) registerError(exported)
  }
}

type ErrorClass = typeof common.HttpException

function isHttpException(value: unknown): value is ErrorClass {
  if (typeof value !== 'function') return false
  return value === common.HttpException || value.prototype instanceof common.HttpException
}
