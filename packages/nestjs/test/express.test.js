import { describeHttp } from './support/http-suite.js'
import { forbidUnhandledRejections } from './support/rejections.js'

forbidUnhandledRejections()

describeHttp('Express', () => undefined)
