import { Controller, Get, Inject } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import {
  HealthCheck,
  type HealthCheckResult,
  HealthCheckService,
  HealthIndicatorService,
} from '@nestjs/terminus'
import { SkipBridge, SyncbridgeHealthIndicator } from '@syncbridge/nestjs'
import { readBalance } from '../ledger/balance.js'
import { fetchRate } from '../rates/client.js'

@ApiTags('Health')
@Controller('health')
@SkipBridge()
export class HealthController {
  readonly #health: HealthCheckService
  readonly #indicators: HealthIndicatorService
  readonly #bridge: SyncbridgeHealthIndicator

  constructor(
    @Inject(HealthCheckService) health: HealthCheckService,
    @Inject(HealthIndicatorService) indicators: HealthIndicatorService,
    @Inject(SyncbridgeHealthIndicator) bridge: SyncbridgeHealthIndicator,
  ) {
    this.#health = health
    this.#indicators = indicators
    this.#bridge = bridge
  }

  /** Whether the process serves: asks no thread for anything, so that it is as quick as the event loop is. */
  @Get()
  @HealthCheck()
  alive(): Promise<HealthCheckResult> {
    return this.#health.check([])
  }

  /** Whether all that the desk needs is there, the ledger and the rate server included. */
  @Get('ready')
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    return this.#health.check([
      () => this.#bridge.isHealthy(),
      () => this.#isUp('ledger', async () => (await readBalance()).balanced),
      () => this.#isUp('rates', async () => (await fetchRate('EUR', 'USD')) > 0),
    ])
  }

  async #isUp(name: string, look: () => Promise<boolean>) {
    const indicator = this.#indicators.check(name)
    try {
      return (await look()) ? indicator.up() : indicator.down()
    } catch (error) {
      return indicator.down(error instanceof Error ? error.message : String(error))
    }
  }
}
