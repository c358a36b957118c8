import { Body, Controller, Get, Headers, Post, Query, UseGuards } from '@nestjs/common'
import { ApiBearerAuth, ApiBody, ApiTags } from '@nestjs/swagger'
import { idempotencyKeyOf, type Page, page } from '../doors/input.js'
import { type InvoicePage, listInvoices } from '../ledger/invoices.js'
import { type NewInvoice, newInvoice } from '../ledger/new-invoice.js'
import { postInvoice } from '../ledger/post-invoice.js'
import type { EnteredInvoice } from '../ledger/posting.js'
import type { User } from '../sign-in/session.js'
import { bodyOf } from './body-schema.js'
import { CurrentUser, SessionGuard } from './session.guard.js'

@ApiTags('Invoices')
@Controller('invoices')
export class InvoicesController {
  @Get()
  list(@Query({ schema: page }) wanted: Page): Promise<InvoicePage> {
    return listInvoices(wanted)
  }

  @Post()
  @ApiBearerAuth()
  @ApiBody(bodyOf(newInvoice))
  @UseGuards(SessionGuard)
  post(
    @CurrentUser() user: User,
    @Headers('idempotency-key') header: string | undefined,
    @Body({ schema: newInvoice }) draft: NewInvoice,
  ): Promise<EnteredInvoice> {
    const key = idempotencyKeyOf(header)
    return postInvoice(draft, key === undefined ? undefined : { userId: user.id, key })
  }
}
