/** Why this side ended a login. Another attempt, or another host of the list, is not tried. */
export class LoginError extends Error {
  /** The hint. */
  readonly remedy: string
  /** What would let the login succeed: a password, or an encrypted connection. */
  readonly needs: 'password' | 'encryption' | undefined
  /** The address of the server, once it is known. */
  address = ''

  constructor(reason: string, remedy: string = 'check that this is the server that you expect', needs?: 'password' | 'encryption') {
    super(reason)
    this.name = 'LoginError'
    this.remedy = remedy
    this.needs = needs
  }

  /** By name: the command line is built in several bundles, each with a class of its own. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === 'LoginError'
  }
}
