import { Controller, Get, type MessageEvent, Param, Post, Sse } from '@nestjs/common'
import { ThreadSensitiveContext } from '@syncbridge/core'
import { type Bridged, InjectBridged, SkipBridge, Timeout } from '@syncbridge/nestjs'
import { Observable } from 'rxjs'
import { block, convert, thread } from './desk.js'
import { LedgerService } from './ledger.service.js'

@Controller()
export class LedgerController {
  /** Of the last request to `/hold`. */
  signal: AbortSignal | undefined

  constructor(
    @InjectBridged(LedgerService) private readonly bridged: Bridged<LedgerService>,
    private readonly ledger: LedgerService,
  ) {}

  @Post('transfer/:id')
  async transfer(@Param('id') id: string): Promise<number[]> {
    await this.bridged.begin()
    const threads = [
      await this.bridged.post(id, 'alice', -5),
      await this.bridged.post(id, 'bob', 5),
    ]
    await this.bridged.commit()
    return threads
  }

  @Get('balances')
  balances(): Promise<{ account: string; cents: number }[]> {
    return this.bridged.balances()
  }

  @Get('accounts/:name')
  find(@Param('name') name: string): Promise<string> {
    return this.bridged.find(name)
  }

  @Get('threads')
  async threads(): Promise<number[]> {
    return [await thread(), await this.ledger.where(), await thread()]
  }

  @Get('convert/:cents')
  convert(@Param('cents') cents: string): Promise<number[]> {
    return convert(Number(cents))
  }

  @Get('late')
  @Timeout(30)
  late(): Promise<number> {
    return block(300)
  }

  @Get('hold')
  hold(): Promise<number> {
    this.signal = ThreadSensitiveContext.current()?.signal
    return block(200)
  }

  @Get('skipped')
  @SkipBridge()
  skipped(): { inContext: boolean } {
    return { inContext: ThreadSensitiveContext.current() !== undefined }
  }

  @Sse('events')
  events(): Observable<MessageEvent> {
    return new Observable((events) => {
      const produce = async () => {
        for (let count = 0; count < 3; count += 1) events.next({ data: String(await thread()) })
        events.complete()
      }
      void produce()
    })
  }
}
