import { expect, test } from 'vitest'
import { LoginError } from '../../../../src/db/login/login-error.ts'
import { preparedPassword } from '../../../../src/db/login/saslprep.ts'
import { ScramClient } from '../../../../src/db/login/scram.ts'

// RFC 7677, section 3
const NONCE = 'rOprNGfwEbeRWgbNEkqO'
const SERVER_NONCE = `${NONCE}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0`
const SALT = 'W22ZaJ0SNY7soEsUEjb6gQ=='
const SERVER_FIRST = `r=${SERVER_NONCE},s=${SALT},i=4096`
const SERVER_FINAL = 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4='
const UNBOUND = { header: 'n,,', data: Buffer.alloc(0) }

const start = (): Promise<ScramClient> => ScramClient.start(UNBOUND, { nonce: NONCE, user: 'user' })

test('SCRAM-SHA-256: the exchange of RFC 7677 -> the same messages', async () => {
  const client = await start()
  expect(client.clientFirst()).toBe(`n,,n=user,r=${NONCE}`)
  expect(await client.clientFinal(SERVER_FIRST, 'pencil')).toBe(`c=biws,r=${SERVER_NONCE},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`)
  expect(client.isVerified).toBe(false)
  client.verify(SERVER_FINAL)
  expect(client.isVerified).toBe(true)
})

test('SCRAM-SHA-256-PLUS: the binding is in the message', async () => {
  const client = await ScramClient.start({ header: 'p=tls-server-end-point,,', data: Buffer.from('hash') }, { nonce: NONCE })
  expect(client.clientFirst()).toBe(`p=tls-server-end-point,,n=,r=${NONCE}`)
  const [, bound = ''] = /^c=([^,]+),/.exec(await client.clientFinal(SERVER_FIRST, 'pencil')) ?? []
  expect(Buffer.from(bound, 'base64').toString()).toBe('p=tls-server-end-point,,hash')
})

test('nonce: a new one for each exchange, of 18 random bytes', async () => {
  const nonces = await Promise.all(Array.from({ length: 20 }, async () => (await ScramClient.start(UNBOUND)).clientFirst()))
  expect(new Set(nonces).size).toBe(20)
  for (const nonce of nonces) expect(nonce).toMatch(/^n,,n=,r=[\w+/]{24}$/)
})

test.each([
  ['another nonce', `r=someoneelse,s=${SALT},i=4096`, /nonce that does not continue ours/],
  ['our nonce, not continued', `r=${NONCE},s=${SALT},i=4096`, /nonce that does not continue ours/],
  ['our nonce in another place', `r=x${SERVER_NONCE},s=${SALT},i=4096`, /nonce that does not continue ours/],
  ['2,000,000,000 iterations', `r=${SERVER_NONCE},s=${SALT},i=2000000000`, /requires 2000000000 SCRAM iterations/],
  ['more iterations than a number holds', `r=${SERVER_NONCE},s=${SALT},i=${'9'.repeat(400)}`, /SCRAM iterations/],
  ['1,000,001 iterations', `r=${SERVER_NONCE},s=${SALT},i=1000001`, /at most 1000000 are accepted/],
  ['no iterations', `r=${SERVER_NONCE},s=${SALT},i=0`, /invalid SCRAM message/],
  ['negative iterations', `r=${SERVER_NONCE},s=${SALT},i=-1`, /invalid SCRAM message/],
  ['iterations that are no number', `r=${SERVER_NONCE},s=${SALT},i=1e3`, /invalid SCRAM message/],
  ['no salt', `r=${SERVER_NONCE},s=,i=4096`, /invalid SCRAM message/],
  ['a salt that is not base64', `r=${SERVER_NONCE},s=$$,i=4096`, /invalid SCRAM message/],
  ['an extension that must be understood', `m=x,${SERVER_FIRST}`, /invalid SCRAM message/],
  ['nothing', '', /invalid SCRAM message/],
])('first message of the server: %s -> LoginError', async (_, message, reason) => {
  const error = await (await start()).clientFinal(message, 'pencil').catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(LoginError)
  expect(String(error)).toMatch(reason)
})

test('first message of the server: a second time -> LoginError', async () => {
  const client = await start()
  await client.clientFinal(SERVER_FIRST, 'pencil')
  await expect(client.clientFinal(SERVER_FIRST, 'pencil')).rejects.toThrow(/invalid SCRAM message/)
})

test.each([
  ['another proof', `v=${Buffer.alloc(32, 7).toString('base64')}`],
  ['a proof cut short', SERVER_FINAL.slice(0, -8)],
  ['an error', 'e=other-error'],
  ['nothing', ''],
])('last message of the server: %s -> LoginError', async (_, message) => {
  const client = await start()
  await client.clientFinal(SERVER_FIRST, 'pencil')
  expect(() => client.verify(message)).toThrow(/did not prove that it knows the password/)
  expect(client.isVerified).toBe(false)
})

test('last message of the server: before the first -> LoginError', async () => {
  const client = await start()
  expect(() => client.verify(SERVER_FINAL)).toThrow(/did not prove/)
})

test('1,000,000 iterations: the event loop goes on', async () => {
  const client = await start()
  let turns = 0
  const ticking = setInterval(() => turns++, 1)
  await client.clientFinal(`r=${SERVER_NONCE},s=${SALT},i=1000000`, 'pencil')
  clearInterval(ticking)
  expect(turns).toBeGreaterThan(10)
})

test.each([
  // RFC 4013, section 3
  ['soft hyphen', 'I\u00adX', 'IX'],
  ['NFKC', '\u00aa', 'a'],
  ['roman numeral', '\u2168', 'IX'],
  ['no-break space', 'a\u00a0b', 'a b'],
  ['control character: used as it is', '\u00ad\u0007', '\u00ad\u0007'],
  ['mixed directions: used as it is', '\u0627\u0031', '\u0627\u0031'],
  ['nothing is left: used as it is', '\u00ad', '\u00ad'],
])('SASLprep: %s', (_, password, expected) => {
  expect(preparedPassword(password)).toBe(expected)
})
