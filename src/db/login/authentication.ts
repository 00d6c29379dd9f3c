import type { LoginMethod, LoginRules } from '../../core/target.ts'
import { LoginError } from './login-error.ts'
import { int32, messageOf, textsOf } from './messages.ts'
import type { ScramBinding, ScramClient } from './scram.ts'

/** What an authentication depends on. */
export interface AuthenticationContext {
  user: string
  password: string | undefined
  rules: LoginRules
  /** No other user can read the connection: it is encrypted, or a Unix socket. */
  isPrivate: boolean
  /** The hash of the server's certificate; undefined without TLS, and for a certificate that has none. */
  certificateHash: () => Promise<Buffer | undefined>
  isEncrypted: boolean
  onWarning: (text: string) => void
}

// PostgreSQL manual, "Message Formats", AuthenticationXXX
const OK = 0
const CLEARTEXT = 3
const MD5 = 5
const SASL = 10
const SASL_CONTINUE = 11
const SASL_FINAL = 12
const UNSUPPORTED: Readonly<Record<number, string>> = {
  2: 'Kerberos 5',
  4: 'crypt',
  6: 'SCM credentials',
  7: 'GSSAPI',
  8: 'GSSAPI',
  9: 'SSPI',
}

const PLUS = 'SCRAM-SHA-256-PLUS'
const SCRAM = 'SCRAM-SHA-256'
const WHERE_TO_SET =
  'set it in the source that names the host: in the URL, or as PGPASSWORD; options and the environment can also use a password file (~/.pgpass, PGPASSFILE)'
const NO_SASL = 'use scram-sha-256, a client certificate or another method in pg_hba.conf'

/** One authentication: answers the requests of the server, and refuses what the settings do not allow. */
export class Authentication {
  readonly #context: AuthenticationContext
  #method: LoginMethod | undefined
  #scram: ScramClient | undefined

  constructor(context: AuthenticationContext) {
    this.#context = context
  }

  /** The answer to an authentication request; undefined when it needs none. */
  async answer(body: Buffer): Promise<Buffer | undefined> {
    const code = body.length < 4 ? -1 : body.readInt32BE(0)
    const data = body.subarray(4)
    if (code === CLEARTEXT) return messageOf('p', `${this.#passwordFor('password')}\0`)
    if (code === MD5) return messageOf('p', `${await this.#md5(data)}\0`)
    if (code === SASL) return this.#startScram(textsOf(data))
    if (code === SASL_CONTINUE && this.#scram !== undefined)
      return messageOf('p', await this.#scram.clientFinal(data.toString('utf8'), this.#context.password ?? ''))
    if (code === SASL_FINAL && this.#scram !== undefined) {
      this.#scram.verify(data.toString('utf8'))
      return undefined
    }
    throw new LoginError(
      UNSUPPORTED[code] === undefined
        ? 'the server sent an invalid authentication request'
        : `the server requires ${UNSUPPORTED[code]} authentication, which is not supported`,
      NO_SASL,
    )
  }

  /** The server accepts the login: it must have done what the settings require. */
  accept(): void {
    if (this.#scram?.isVerified === false) throw new LoginError('the server did not prove that it knows the password')
    if (this.#method === undefined) this.#allow('none')
  }

  #allow(method: LoginMethod): void {
    const { rules, isPrivate } = this.#context
    if (this.#method !== undefined) throw new LoginError('the server requires a second authentication')
    this.#method = method
    if (rules.methods !== undefined && !rules.methods.includes(method)) {
      const what = method === 'none' ? 'requires no authentication' : `requires the method ${method}`
      throw new LoginError(`the server ${what}, which require_auth does not allow`, `check pg_hba.conf, or add ${method} to require_auth`)
    }
    if (rules.channelBinding === 'require' && method !== 'scram-sha-256') throw unbound()
    const isWeak = method === 'password' || method === 'md5'
    if (!isWeak || isPrivate) return
    const sent = method === 'password' ? 'the password' : 'an MD5 digest of the password'
    const weakness = `the server requires ${sent} over a connection that is not encrypted`
    if (rules.permitsUnencrypted === true) return this.#context.onWarning(`${weakness}; require_auth permits it`)
    throw new LoginError(weakness, `use TLS (sslmode=verify-full) or scram-sha-256, or permit it with require_auth=${method}`, 'encryption')
  }

  #passwordFor(method: LoginMethod): string {
    this.#allow(method)
    const { password = '' } = this.#context
    if (password !== '') return password
    throw new LoginError('the server requires a password, and none is set', WHERE_TO_SET, 'password')
  }

  async #md5(salt: Buffer): Promise<string> {
    const password = this.#passwordFor('md5')
    const { createHash } = await import('node:crypto')
    const md5 = (...parts: (Buffer | string)[]): string => parts.reduce((hash, part) => hash.update(part), createHash('md5')).digest('hex')
    return `md5${md5(md5(password, this.#context.user), salt)}`
  }

  async #startScram(mechanisms: readonly string[]): Promise<Buffer> {
    const { mechanism, binding } = await this.#chooseMechanism(mechanisms)
    this.#passwordFor('scram-sha-256')
    const { ScramClient } = await import('./scram.ts')
    this.#scram = await ScramClient.start(binding)
    const first = Buffer.from(this.#scram.clientFirst())
    return messageOf('p', `${mechanism}\0`, int32(first.length), first)
  }

  async #chooseMechanism(offered: readonly string[]): Promise<{ mechanism: string; binding: ScramBinding }> {
    const { rules, isEncrypted, certificateHash } = this.#context
    if (offered.includes(PLUS) && !isEncrypted) throw new LoginError('the server offers channel binding without TLS')
    if (!offered.includes(SCRAM) && !offered.includes(PLUS)) {
      const names = offered.filter((name) => /^[\w-]{1,40}$/.test(name)).join(', ')
      throw new LoginError(`the server requires the method ${names || 'SASL'}, which is not supported`, NO_SASL)
    }
    const hash = rules.channelBinding === 'disable' ? undefined : await certificateHash()
    if (offered.includes(PLUS) && hash !== undefined)
      return { mechanism: PLUS, binding: { header: 'p=tls-server-end-point,,', data: hash } }
    if (rules.channelBinding === 'require') throw unbound()
    if (!offered.includes(SCRAM)) throw new LoginError('the server requires channel binding', 'remove channel_binding=disable')
    // "y": this client could, so a server that offered it knows that somebody removed the offer
    return { mechanism: SCRAM, binding: { header: hash === undefined ? 'n,,' : 'y,,', data: Buffer.alloc(0) } }
  }
}

function unbound(): LoginError {
  return new LoginError(
    'the server does not bind the login to a TLS connection, which channel_binding=require needs',
    'use TLS and scram-sha-256 on the server, or remove channel_binding=require',
    'encryption',
  )
}

export function isAccepted(body: Buffer): boolean {
  return body.length === 4 && body.readInt32BE(0) === OK
}
