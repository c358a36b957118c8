import { Module } from '@nestjs/common'
import { UsersService } from './users.service.js'

/** What of the back office lives in threads: each boots a container of its own, with the first call of a service. */
@Module({ providers: [UsersService] })
export class ThreadModule {}
