import { Failure } from './failure.js'

/** The command line is wrong: status 2, and where to find help. */
export class UsageError extends Failure {
  /** The subcommand whose help tells more. */
  readonly command: string | undefined

  constructor(message: string, command?: string) {
    super(message, 2)
    this.command = command
  }
}
