import { noteSetup } from './functions.js'

noteSetup()
