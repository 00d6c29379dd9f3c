import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import tls from 'node:tls'
import type { ServerTarget, SslSettings } from '../../src/core/target.ts'
import { cleanUpAfter } from './clean-up.ts'
import { serverUrl, targetOf } from './databases.ts'
import { AUTH, authentication, commandComplete, dataRow, errorResponse, loggedIn, readyForQuery, rowDescription } from './messages.ts'
import { scratch } from './scratch.ts'

const SSL_REQUEST = 80_877_103

const running = new Set<{ server: net.Server; sockets: Set<net.Socket> }>()

/** A server on a port of 127.0.0.1 (a free one unless given) that calls `onConnection` for each connection; it is closed after the test. */
export async function listen(onConnection: (socket: net.Socket) => void, port = 0): Promise<number> {
  const sockets = new Set<net.Socket>()
  const server = net.createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    onConnection(socket)
  })
  running.add({ server, sockets })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return (server.address() as net.AddressInfo).port
}

cleanUpAfter('test', async () => {
  for (const { server, sockets } of running) {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
  running.clear()
})

/** A port without a listener. */
export async function freePort(): Promise<number> {
  const server = net.createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as net.AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** A target for the test server behind a port of 127.0.0.1, with a password. */
export async function targetAt(
  port: number,
  ssl: SslSettings = { mode: 'disable' },
  over: Partial<ServerTarget> = {},
): Promise<ServerTarget> {
  const target = (await targetOf(serverUrl('postgres'))) as ServerTarget
  return { ...target, password: target.password ?? 's3cr3t', hosts: [{ host: '127.0.0.1', port }], ssl, ...over }
}

/** Forwards a connection to the test server. `end: false` keeps it open when the server ends its own. */
export async function toServer(socket: net.Socket, { end = true }: { end?: boolean } = {}): Promise<void> {
  socket.pause()
  const server = await connectToServer()
  socket.pipe(server).pipe(socket, { end })
  server.on('error', () => socket.destroy())
  socket.on('close', () => server.end())
}

/** A socket to the test server, before any message. */
export async function connectToServer(): Promise<net.Socket> {
  const { hosts } = (await targetOf(serverUrl('postgres'))) as ServerTarget
  const [{ host, port } = { host: '', port: 0 }] = hosts
  return host.startsWith('/') ? net.connect(`${host}/.s.PGSQL.${port}`) : net.connect(port, host)
}

export interface Certificate {
  cert: string
  key: string
}

/** A self-signed certificate for a name: paths of its files. */
export function makeCertificate(names = 'DNS:localhost,IP:127.0.0.1'): Certificate {
  const folder = scratch()
  const [cert, key] = [path.join(folder, 'cert.pem'), path.join(folder, 'key.pem')]
  const request = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=skills-test',
  ]
  execFileSync('openssl', [...request, '-addext', `subjectAltName=${names}`, '-keyout', key, '-out', cert], { stdio: 'pipe' })
  return { cert, key }
}

/** Accepts PostgreSQL's SSLRequest, encrypts, and forwards to the test server. */
export function tlsToServer({ cert, key }: Certificate): (socket: net.Socket) => void {
  const secureContext = tls.createSecureContext({ cert: readFileSync(cert), key: readFileSync(key) })
  return (socket) => {
    socket.once('data', () => {
      socket.write('S')
      const secure = new tls.TLSSocket(socket, { isServer: true, secureContext })
      secure.on('error', () => socket.destroy())
      void toServer(secure)
    })
  }
}

/** Refuses encryption, like a server without TLS, and continues without it. */
export function noTlsToServer(socket: net.Socket): void {
  socket.once('data', (first: Buffer) => {
    if (first.readInt32BE(4) !== SSL_REQUEST) socket.unshift(first)
    else socket.write('N')
    void toServer(socket)
  })
}

/** Refuses connections without encryption, like `hostssl` rules. */
export function tlsOnlyToServer(certificate: Certificate): (socket: net.Socket) => void {
  const encrypted = tlsToServer(certificate)
  return (socket) => {
    socket.once('data', (first: Buffer) => {
      if (first.readInt32BE(4) !== SSL_REQUEST)
        return socket.end(errorResponse({ S: 'FATAL', C: '28000', M: 'no entry in pg_hba.conf, no encryption' }))
      encrypted(socket)
      return socket.emit('data', first)
    })
  }
}

/** A minimal server: it answers the first query with one row of text values. */
export function fakeServer(row: Readonly<Record<string, { type: number; value: string }>>): (socket: net.Socket) => void {
  const columns = Object.entries(row)
  const described = rowDescription(columns.map(([name, { type }]) => ({ name, type })))
  const values = dataRow(columns.map(([, { value }]) => value))
  return (socket) => {
    socket.once('data', () => {
      socket.write(loggedIn())
      socket.once('data', () => void socket.write(Buffer.concat([described, values, commandComplete(), readyForQuery()])))
    })
  }
}

/** Requests a password in plain text, passes it to the callback, and refuses it. */
export function asksForPassword(onPassword: (password: string) => void): (socket: net.Socket) => void {
  return (socket) => {
    socket.once('data', () => {
      socket.write(authentication(AUTH.cleartext))
      socket.once('data', (answer: Buffer) => {
        onPassword(answer.toString('utf8', 5, answer.length - 1))
        socket.end(errorResponse({ S: 'FATAL', V: 'FATAL', C: '28P01', M: 'password authentication failed' }))
      })
    })
  }
}
