import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  HttpCode,
  NotFoundException,
  Param,
  ParseIntPipe,
  Post,
  UseGuards,
} from '@nestjs/common'
import { ApiBearerAuth, ApiBody, ApiTags } from '@nestjs/swagger'
import { z } from 'zod'
import { MonthEnd, type Progress } from '../statements/month-end.js'
import { bodyOf } from './body-schema.js'
import { SessionGuard } from './session.guard.js'

const month = 'Name a month, such as 2026-11.'
const monthEnd = z.strictObject({ month: z.string(month).regex(/^20\d\d-(0[1-9]|1[0-2])$/, month) })

@ApiTags('Month-end')
@ApiBearerAuth()
@Controller('statements')
@UseGuards(SessionGuard)
export class StatementsController {
  readonly #runs = new MonthEnd()

  /** Begins to render the statements of all customers. */
  @Post()
  @HttpCode(202)
  @ApiBody(bodyOf(monthEnd))
  start(@Body({ schema: monthEnd }) { month }: z.infer<typeof monthEnd>): Promise<Progress> {
    return this.#runs.start(month)
  }

  @Get(':id')
  progress(@Param('id') id: string): Progress {
    return this.#runs.progress(id)
  }

  /** Cancels: what waits for a thread never runs. */
  @Delete(':id')
  cancel(@Param('id') id: string): Progress {
    return this.#runs.cancel(id)
  }

  @Get(':id/:customer')
  @Header('content-type', 'text/html; charset=utf-8')
  page(@Param('id') id: string, @Param('customer', ParseIntPipe) customer: number): string {
    const page = this.#runs.page(id, customer)
    if (page === undefined) throw new NotFoundException('There is no such statement yet.')
    return page
  }
}
