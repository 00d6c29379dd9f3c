import { readFileSync } from 'node:fs'
import type net from 'node:net'
import tls from 'node:tls'
import { AUTH, authentication, int32 } from './messages.ts'
import { connectToServer, listen, type Certificate } from './sockets.ts'

/** Talks to one client as a server would, or would not. The connection stays open after it has ended. */
export type Script = (client: HostileClient) => Promise<void> | void

export interface HostileServer {
  port: number
  /** Connections so far. */
  connections: () => number
}

/** A server on a port of 127.0.0.1 that follows the script; the end of the test closes it. A client that leaves ends its script. */
export async function hostileServer(script: Script): Promise<HostileServer> {
  let connections = 0
  const port = await listen((socket) => {
    connections++
    void follow(script, socket)
  })
  return { port, connections: () => connections }
}

async function follow(script: Script, socket: net.Socket): Promise<void> {
  try {
    await script(new HostileClient(socket))
  } catch (error) {
    if (!(error instanceof ClientLeft)) throw error
  }
}

class ClientLeft extends Error {}

const SSL_REQUEST = 80_877_103
const CANCEL_REQUEST = 80_877_102

/** A message of the client. The startup packet and the requests before it have no type. */
export interface ClientMessage {
  type: string
  body: Buffer
}

/** One connection, as the server sees it. */
export class HostileClient {
  socket: net.Socket
  #received: Buffer = Buffer.alloc(0)
  #wake: (() => void) | undefined
  readonly #onData = (chunk: Buffer): void => {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk])
    this.#wake?.()
  }
  readonly #onClose = (): void => this.#wake?.()

  constructor(socket: net.Socket) {
    this.socket = socket
    this.#listen()
  }

  /** The next bytes of the client. */
  async read(count: number): Promise<Buffer> {
    while (this.#received.length < count) {
      if (this.socket.destroyed || this.socket.readableEnded) throw new ClientLeft()
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
    const bytes = this.#received.subarray(0, count)
    this.#received = this.#received.subarray(count)
    return bytes
  }

  /** The next packet without a type: startup, SSLRequest, CancelRequest. */
  async packet(): Promise<Buffer> {
    const length = (await this.read(4)).readInt32BE(0)
    return this.read(length - 4)
  }

  /** The next message with a type. */
  async message(): Promise<ClientMessage> {
    const head = await this.read(5)
    return { type: String.fromCharCode(head[0] ?? 0), body: await this.read(head.readInt32BE(1) - 4) }
  }

  /** Waits for a message of this type and returns its body. */
  async until(type: string): Promise<Buffer> {
    for (;;) {
      const next = await this.message()
      if (next.type === type) return next.body
    }
  }

  /** Waits for the startup packet, and returns it; refuses encryption before it. A CancelRequest ends the script. */
  async startup(): Promise<Buffer> {
    for (;;) {
      const packet = await this.packet()
      const code = packet.readInt32BE(0)
      if (code === CANCEL_REQUEST) {
        this.close()
        throw new ClientLeft()
      }
      if (code !== SSL_REQUEST) return Buffer.concat([int32(packet.length + 4), packet])
      await this.send('N')
    }
  }

  /** Waits for a statement, simple or extended. */
  async statement(): Promise<string> {
    for (;;) {
      const { type, body } = await this.message()
      if (type === 'Q') return body.toString('utf8', 0, body.length - 1)
      if (type === 'X') throw new ClientLeft()
      if (type !== 'P') continue
      const text = body.subarray(body.indexOf(0) + 1)
      return text.toString('utf8', 0, text.indexOf(0))
    }
  }

  /** Writes, and waits until the network takes more. */
  async send(...parts: readonly (Buffer | string)[]): Promise<void> {
    const bytes = Buffer.concat(parts.map((part) => Buffer.from(part as Buffer)))
    if (this.socket.destroyed) throw new ClientLeft()
    if (this.socket.write(bytes)) return
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.socket.off('drain', done)
        this.socket.off('close', done)
        resolve()
      }
      this.socket.on('drain', done)
      this.socket.on('close', done)
    })
  }

  /** Sends the same bytes until the client leaves. */
  async flood(bytes: Buffer): Promise<void> {
    const many = Buffer.concat(Array.from({ length: Math.max(1, Math.floor(65_536 / bytes.length)) }, () => bytes))
    for (;;) {
      await this.send(many)
      // a test of the same process must have its turn
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  /** Sends the bytes one at a time. */
  async drip(bytes: Buffer, pauseMs: number): Promise<void> {
    for (const byte of bytes) {
      await this.send(Buffer.from([byte]))
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }

  close(): void {
    this.socket.end()
  }

  /** Ends the connection with RST. */
  reset(): void {
    this.socket.resetAndDestroy()
  }

  /** Accepts the SSLRequest and encrypts. */
  async encrypt({ cert, key }: Certificate): Promise<void> {
    await this.packet()
    await this.send('S')
    this.#deaf()
    const secure = new tls.TLSSocket(this.socket, { isServer: true, cert: readFileSync(cert), key: readFileSync(key) })
    secure.on('error', () => secure.destroy())
    this.socket = secure
    this.#listen()
  }

  /** SCRAM up to the client's proof: `first` makes the server's first message from the client's nonce. */
  async scram(first: (clientNonce: string) => string): Promise<void> {
    await this.startup()
    await this.send(authentication(AUTH.sasl, 'SCRAM-SHA-256\0\0'))
    const initial = (await this.until('p')).toString('latin1')
    await this.send(authentication(AUTH.saslContinue, first(/r=([^,]+)/.exec(initial)?.[1] ?? '')))
  }

  /**
   * Forwards to the test server, which keeps its connection until the client leaves. `filter` gets each message of the
   * server and returns what the client gets instead, or `take over`: nothing more is forwarded, and the script goes on.
   */
  async proxy(filter: ProxyFilter): Promise<void> {
    const startup = await this.startup()
    const server = await connectToServer()
    this.socket.on('close', () => server.destroy())
    server.on('error', () => this.socket.destroy())
    server.write(startup)
    server.write(this.#received)
    this.#received = Buffer.alloc(0)
    const toServer = (chunk: Buffer): void => void server.write(chunk)
    this.socket.off('data', this.#onData)
    this.socket.on('data', toServer)
    await new Promise<void>((resolve) => {
      let isForwarding = true
      const end = (): void => {
        isForwarding = false
        resolve()
      }
      this.socket.on('close', end)
      server.on('close', () => {
        if (isForwarding) this.socket.end()
        end()
      })
      server.on(
        'data',
        splitMessages((message) => {
          if (!isForwarding) return
          const answer = filter(message)
          if (answer === 'take over') end()
          else this.socket.write(answer)
        }),
      )
    })
    this.socket.off('data', toServer)
    this.socket.on('data', this.#onData)
  }

  #listen(): void {
    this.socket.on('data', this.#onData)
    this.socket.on('close', this.#onClose)
    this.socket.on('end', this.#onClose)
  }

  #deaf(): void {
    this.socket.off('data', this.#onData)
    this.socket.off('close', this.#onClose)
    this.socket.off('end', this.#onClose)
  }
}

export interface ServerMessage {
  type: string
  /** The whole message. */
  bytes: Buffer
  /** ReadyForQuery messages before it: 1 after the login, 2 after the first query, which is the greeting. */
  ready: number
}

export type ProxyFilter = (message: ServerMessage) => Buffer | 'take over'

/** Calls back for each complete message in a stream of chunks. */
function splitMessages(onMessage: (message: ServerMessage) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0)
  let ready = 0
  return (chunk) => {
    rest = Buffer.concat([rest, chunk])
    while (rest.length >= 5 && rest.length > rest.readInt32BE(1)) {
      const bytes = rest.subarray(0, rest.readInt32BE(1) + 1)
      rest = rest.subarray(bytes.length)
      const type = String.fromCharCode(bytes[0] ?? 0)
      onMessage({ type, bytes, ready })
      if (type === 'Z') ready++
    }
  }
}
