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
import type { User } from '../sign-in/session.js'
import { addUser, listUsers, type NewUser, newUser, removeUser } from '../sign-in/users.js'
import { bodyOf } from './body-schema.js'
import { CurrentUser, SessionGuard } from './session.guard.js'

@ApiTags('Users')
@ApiBearerAuth()
@Controller('users')
@UseGuards(SessionGuard)
export class UsersController {
  @Get()
  async list(): Promise<{ users: User[] }> {
    return { users: await listUsers() }
  }

  @Post()
  @ApiBody(bodyOf(newUser))
  add(@Body({ schema: newUser }) input: NewUser): Promise<User> {
    return addUser(input)
  }

  @Delete(':id')
  @HttpCode(204)
  async remove(@CurrentUser() user: User, @Param('id', ParseIntPipe) id: number): Promise<void> {
    if (id === user.id) throw new ConflictException('Somebody else has to take you away.')
    await removeUser(id)
  }
}
