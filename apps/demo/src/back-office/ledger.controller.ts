import { Readable } from 'node:stream'
import { Controller, Get, StreamableFile, UseGuards } from '@nestjs/common'
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger'
import { type Balance, readBalance } from '../ledger/balance.js'
import { exportPostings } from '../ledger/export-postings.js'
import { SessionGuard } from './session.guard.js'

@ApiTags('Ledger')
@Controller('ledger')
export class LedgerController {
  @Get('balance')
  balance(): Promise<Balance> {
    return readBalance()
  }

  /** Every posting, as a file. The request keeps its thread until the last line has left. */
  @Get('export.csv')
  @ApiBearerAuth()
  @UseGuards(SessionGuard)
  export(): StreamableFile {
    return new StreamableFile(Readable.from(exportPostings()), {
      type: 'text/csv; charset=utf-8',
      disposition: 'attachment; filename="ledger.csv"',
    })
  }
}
