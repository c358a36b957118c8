import { Body, Controller, Get, Post, Query, UseGuards } from '@nestjs/common'
import { type Page, page } from '../doors/input.js'
import { type InvoicePage, listInvoices } from '../ledger/invoices.js'
import { type NewInvoice, newInvoice } from '../ledger/new-invoice.js'
import { postInvoice } from '../ledger/post-invoice.js'
import type { EnteredInvoice } from '../ledger/posting.js'
import { SessionGuard } from './session.guard.js'

@Controller('invoices')
export class InvoicesController {
  @Get()
  list(@Query({ schema: page }) wanted: Page): Promise<InvoicePage> {
    return listInvoices(wanted)
  }

  @Post()
  @UseGuards(SessionGuard)
  post(@Body({ schema: newInvoice }) draft: NewInvoice): Promise<EnteredInvoice> {
    return postInvoice(draft)
  }
}
