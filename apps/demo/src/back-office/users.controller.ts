import {
  Body,
  ConflictException,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  ParseIntPipe,
  Post,
  UseGuards,
} from '@nestjs/common'
import { ApiBearerAuth, ApiBody, ApiTags } from '@nestjs/swagger'
import { type Bridged, InjectBridged } from '@syncbridge/nestjs'
import type { User } from '../sign-in/session.js'
import { bodyOf } from './body-schema.js'
import { type NewUser, newUser } from './new-user.js'
import { CurrentUser, SessionGuard } from './session.guard.js'
import { UsersService } from './users.service.js'

@ApiTags('Users')
@ApiBearerAuth()
@Controller('users')
@UseGuards(SessionGuard)
export class UsersController {
  constructor(@InjectBridged(UsersService) private readonly users: Bridged<UsersService>) {}

  @Get()
  async list(): Promise<{ users: User[] }> {
    return { users: await this.users.list() }
  }

  @Post()
  @ApiBody(bodyOf(newUser))
  add(@Body({ schema: newUser }) input: NewUser): Promise<User> {
    return this.users.add(input)
  }

  @Delete(':id')
  @HttpCode(204)
  async remove(@CurrentUser() user: User, @Param('id', ParseIntPipe) id: number): Promise<void> {
    if (id === user.id) throw new ConflictException('Somebody else has to take you away.')
    await this.users.remove(id)
  }
}
