import type net from 'node:net'
import { describe, expect, test } from 'vitest'
import { SkillsError } from '../../src/core/errors.ts'
import type { ServerTarget } from '../../src/core/target.ts'
import { openDb } from '../../src/db/open.ts'
import { fakeServer, freePort, listen, makeCertificate, noTlsToServer, targetAt, tlsToServer, toServer } from '../support/sockets.ts'

/** What opening fails with, and after how many milliseconds. */
async function failure(target: ServerTarget, waitMs = 0): Promise<{ error: SkillsError; ms: number }> {
  const began = performance.now()
  const error = await openDb(target, { waitMs }).then(
    async (db) => {
      await db.close()
      throw new Error('it opened')
    },
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(SkillsError)
  return { error: error as SkillsError, ms: performance.now() - began }
}

describe('a server that', () => {
  const http = (socket: net.Socket): void => void socket.write('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\nnot a database')

  test.each<[string, (socket: net.Socket) => void, ServerTarget['ssl']['mode'], RegExp]>([
    ['accepts and closes at once', (socket) => socket.destroy(), 'disable', /closed the connection/],
    ['accepts and closes at once, when TLS is wanted', (socket) => socket.destroy(), 'require', /closed the connection/],
    ['accepts and ends', (socket) => socket.end(), 'disable', /closed the connection/],
    ['stays silent', () => undefined, 'disable', /no answer within 1 s/],
    ['stays silent, when TLS is wanted', () => undefined, 'require', /no answer within 1 s/],
    ['speaks HTTP', (socket) => socket.once('data', () => http(socket)), 'disable', /is not PostgreSQL/],
    ['speaks HTTP, when TLS is wanted', (socket) => socket.once('data', () => http(socket)), 'require', /is not PostgreSQL/],
    ['speaks HTTP, when TLS is preferred', (socket) => socket.once('data', () => http(socket)), 'prefer', /is not PostgreSQL/],
    ['speaks HTTP and closes', (socket) => socket.once('data', () => (http(socket), socket.end())), 'disable', /is not PostgreSQL/],
    ['greets first, as SMTP does', (socket) => void socket.write('220 mail ESMTP\r\n'), 'disable', /is not PostgreSQL/],
    ['is MySQL', (socket) => void socket.write(Buffer.from('J\0\0\0\n8.0.36\0\u0008\0\0\0')), 'disable', /is not PostgreSQL/],
    ['injects a message behind its yes to TLS', (socket) => socket.once('data', () => socket.write('SR\0\0\0\u0008\0\0\0\0')), 'prefer', /is not PostgreSQL/],
  ])('%s is unreachable', async (_, onConnection, mode, reason) => {
    const port = await listen(onConnection)
    const { error, ms } = await failure(await targetAt(port, { mode }, { connectTimeoutMs: 1000 }))
    expect(error).toMatchObject({ code: 'DATABASE_UNREACHABLE', exitCode: 3, hint: expect.any(String) })
    expect(error.message).toMatch(reason)
    expect(error.message).toContain(`127.0.0.1:${port}`)
    expect(`${error.message} ${error.hint}`).not.toMatch(/s3cr3t|undefined/)
    expect(ms).toBeLessThan(5000)
  })
})
