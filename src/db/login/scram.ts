import { LoginError } from './login-error.ts'

/** How the exchange is bound to the TLS connection (RFC 5802, "gs2-header" and "cbind-data"). */
export interface ScramBinding {
  /** `p=tls-server-end-point,,`: bound; `y,,`: the server does not offer it; `n,,`: this client does not want it. */
  header: string
  data: Buffer
}

/** Above it, computing the proof takes seconds that no signal ends. The default of PostgreSQL is 4,096. */
const MOST_ITERATIONS = 1_000_000
const MALFORMED = 'the server sent an invalid SCRAM message'
const SUSPICIOUS = 'the connection may be intercepted: connect with sslmode=verify-full'

/** The client of SCRAM-SHA-256 (RFC 5802, RFC 7677). It proves the password, and requires the proof that the server knows it too. */
export class ScramClient {
  /** Whether the server has proved that it knows the password. */
  isVerified = false
  readonly #crypto: Crypto
  readonly #binding: ScramBinding
  readonly #first: string
  readonly #nonce: string
  #serverProof: Buffer | undefined

  private constructor(crypto: Crypto, binding: ScramBinding, nonce: string, user: string) {
    this.#crypto = crypto
    this.#binding = binding
    this.#nonce = nonce
    this.#first = `n=${user},r=${nonce}`
  }

  /** PostgreSQL ignores the user of the exchange: that of the startup message counts. */
  static async start(binding: ScramBinding, { nonce, user = '' }: { nonce?: string; user?: string } = {}): Promise<ScramClient> {
    const crypto = await import('node:crypto')
    return new ScramClient(crypto, binding, nonce ?? crypto.randomBytes(18).toString('base64'), user)
  }

  clientFirst(): string {
    return this.#binding.header + this.#first
  }

  /** The answer to the first message of the server. Throws LoginError when the message is not one that this exchange can have. */
  async clientFinal(serverFirst: string, password: string): Promise<string> {
    const [, nonce = '', salt = '', count = ''] =
      /^r=([\x21-\x2b\x2d-\x7e]+),s=([\w+/]+={0,2}),i=([1-9]\d*)(?:,[^]*)?$/.exec(serverFirst) ?? []
    if (count === '' || this.#serverProof !== undefined) throw new LoginError(MALFORMED)
    // a nonce that does not continue ours could come from another exchange
    if (!nonce.startsWith(this.#nonce) || nonce.length === this.#nonce.length)
      throw new LoginError('the server sent a SCRAM nonce that does not continue ours', SUSPICIOUS)
    if (Number(count) > MOST_ITERATIONS)
      throw new LoginError(
        `the server requires ${count} SCRAM iterations (at most ${MOST_ITERATIONS} are accepted)`,
        'lower scram_iterations on the server, and set the password again',
      )
    const { createHash } = this.#crypto
    const salted = await this.#saltedPassword(password, Buffer.from(salt, 'base64'), Number(count))
    const clientKey = this.#hmac(salted, 'Client Key')
    const bound = Buffer.concat([Buffer.from(this.#binding.header), this.#binding.data]).toString('base64')
    const withoutProof = `c=${bound},r=${nonce}`
    const authMessage = `${this.#first},${serverFirst},${withoutProof}`
    const signature = this.#hmac(createHash('sha256').update(clientKey).digest(), authMessage)
    this.#serverProof = this.#hmac(this.#hmac(salted, 'Server Key'), authMessage)
    return `${withoutProof},p=${Buffer.from(clientKey.map((byte, i) => byte ^ (signature[i] ?? 0))).toString('base64')}`
  }

  /** Checks the last message of the server. Throws LoginError when it is not the proof. */
  verify(serverFinal: string): void {
    const given = Buffer.from(/^v=([\w+/]+={0,2})(?:,[^]*)?$/.exec(serverFinal)?.[1] ?? '', 'base64')
    const expected = this.#serverProof
    if (expected === undefined || given.length !== expected.length || !this.#crypto.timingSafeEqual(given, expected))
      throw new LoginError('the server did not prove that it knows the password', SUSPICIOUS)
    this.isVerified = true
  }

  /** In the thread pool: the event loop goes on. */
  async #saltedPassword(password: string, salt: Buffer, iterations: number): Promise<Buffer> {
    const normalised = await prepared(password)
    return new Promise((resolve, reject) =>
      this.#crypto.pbkdf2(normalised, salt, iterations, 32, 'sha256', (error, key) => (error === null ? resolve(key) : reject(error))),
    )
  }

  #hmac(key: Buffer, text: string): Buffer {
    return this.#crypto.createHmac('sha256', key).update(text).digest()
  }
}

type Crypto = typeof import('node:crypto')

/** SASLprep leaves ASCII as it is. */
async function prepared(password: string): Promise<string> {
  // eslint-disable-next-line no-control-regex
  return /^[\u0000-\u007f]*$/.test(password) ? password : (await import('./saslprep.ts')).preparedPassword(password)
}
