import { readFileSync } from 'node:fs'
import { Controller, Get, Header } from '@nestjs/common'
import { ApiExcludeController } from '@nestjs/swagger'
import { SkipBridge } from '@syncbridge/nestjs'

const page = readFileSync(new URL('../../public/back-office.html', import.meta.url), 'utf8')

/** What the staff looks at; its style and scripts are served from /assets. */
@Controller()
@SkipBridge()
@ApiExcludeController()
export class PageController {
  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', "default-src 'self'; frame-ancestors 'self'")
  page(): string {
    return page
  }
}
