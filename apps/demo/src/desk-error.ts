import { registerError } from '@syncbridge/core'

/**
 * What the desk refuses or cannot do, in words for the person who asked. Each class is registered, so that it arrives
 * as itself when it was thrown on another thread; a front door turns its `code` into a status.
 */
export abstract class DeskError extends Error {
  abstract readonly code: string
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
  }
}

export class UnknownCustomerError extends DeskError {
  readonly code = 'UNKNOWN_CUSTOMER'
  constructor(customerId: number) {
    super(`There is no customer ${customerId}.`)
  }
}
registerError(UnknownCustomerError)

export class UnknownInvoiceError extends DeskError {
  readonly code = 'UNKNOWN_INVOICE'
  constructor(invoice: number | string) {
    super(`There is no invoice ${invoice}.`)
  }
}
registerError(UnknownInvoiceError)

export class UnbalancedError extends DeskError {
  readonly code = 'UNBALANCED'
  constructor(number: string, difference: number) {
    super(
      `The postings of invoice ${number} differ by ${difference} minor units; nothing was posted.`,
    )
  }
}
registerError(UnbalancedError)

export class KeyReusedError extends DeskError {
  readonly code = 'KEY_REUSED'
  constructor() {
    super('This idempotency key was used for another invoice; nothing was posted.')
  }
}
registerError(KeyReusedError)

export class LedgerBusyError extends DeskError {
  readonly code = 'LEDGER_BUSY'
  constructor(options?: ErrorOptions) {
    super('The ledger is busy; nothing was written. Try again in a moment.', options)
  }
}
registerError(LedgerBusyError)

export class RateMissingError extends DeskError {
  readonly code = 'RATE_MISSING'
  constructor(from: string, to: string, reason: string, options?: ErrorOptions) {
    super(`The exchange rate ${from} to ${to} is missing: ${reason}.`, options)
  }
}
registerError(RateMissingError)

export class WrongPasswordError extends DeskError {
  readonly code = 'WRONG_PASSWORD'
  constructor() {
    super('The e-mail address or the password is wrong.')
  }
}

export class SignInRequiredError extends DeskError {
  readonly code = 'SIGN_IN_REQUIRED'
  constructor() {
    super('Sign in first: there is no session, or it has ended.')
  }
}

export class ForeignRequestError extends DeskError {
  readonly code = 'FOREIGN_REQUEST'
  constructor() {
    super('A page of another site asked for this. Nothing was done.')
  }
}

export class UnknownRunError extends DeskError {
  readonly code = 'UNKNOWN_RUN'
  constructor(id: string) {
    super(`There is no month-end ${id}, or a later one has taken its place.`)
  }
}

export class UnknownUserError extends DeskError {
  readonly code = 'UNKNOWN_USER'
  constructor(id: number) {
    super(`There is no user ${id}.`)
  }
}
registerError(UnknownUserError)

export class EmailTakenError extends DeskError {
  readonly code = 'EMAIL_TAKEN'
  constructor(email: string) {
    super(`Somebody signs in as ${email} already.`)
  }
}
registerError(EmailTakenError)

export class LoadRunningError extends DeskError {
  readonly code = 'LOAD_RUNNING'
  constructor() {
    super('A load is running already. Wait for its end.')
  }
}

export class InvalidInputError extends DeskError {
  readonly code = 'INVALID_INPUT'
  /** What is wrong, by the dotted path of the field, such as `lines.0.quantity`. */
  readonly fields: Readonly<Record<string, string>>
  constructor(fields: Record<string, string>) {
    super('Some fields need attention.')
    this.fields = fields
  }
}
