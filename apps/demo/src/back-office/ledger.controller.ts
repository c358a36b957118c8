import { Controller, Get } from '@nestjs/common'
import { type Balance, readBalance } from '../ledger/balance.js'

@Controller('ledger')
export class LedgerController {
  @Get('balance')
  balance(): Promise<Balance> {
    return readBalance()
  }
}
