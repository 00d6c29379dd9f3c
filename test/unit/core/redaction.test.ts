import { describe, expect, test } from 'vitest'
import { redact, registerSecret } from '../../../src/core/redaction.ts'

describe('passwords in URLs', () => {
  test.each([
    ['plain', 'postgres://app:s3cr3t@db:5432/prod', 'postgres://app:***@db:5432/prod'],
    ['percent-encoded', 'postgresql://app:s3%23cr3t@db/prod', 'postgresql://app:***@db/prod'],
    ['with #', 'postgres://app:s3#cr3t@db/prod', 'postgres://app:***@db/prod'],
    ['with /', 'postgres://app:s3/cr3t@db/prod', 'postgres://app:***@db/prod'],
    ['with @', 'postgres://app:s3@cr3t@db/prod', 'postgres://app:***@db/prod'],
    ['with %', 'postgres://app:100%s3cr3t@db/prod', 'postgres://app:***@db/prod'],
    ['with : and ?', 'postgres://app:a:s3?cr3t@db/prod', 'postgres://app:***@db/prod'],
    ['of a user with @', 'postgres://app@azure:s3cr3t@db/prod', 'postgres://app@azure:***@db/prod'],
    ['without a user', 'postgres://:s3cr3t@db/prod', 'postgres://:***@db/prod'],
    ['of any scheme', 'POSTGRES://app:s3cr3t@db mysql://app:s3cr3t@db', 'POSTGRES://app:***@db mysql://app:***@db'],
    ['that is the word "password"', 'postgres://app:password@db/prod', 'postgres://app:***@db/prod'],
    ['quoted in a sentence', 'cannot open "postgres://app:s3cr3t@db/prod": no', 'cannot open "postgres://app:***@db/prod": no'],
    ['two in a line', 'from postgres://a:s3cr3t@db/x to postgres://b:s3cr3t@db/y', 'from postgres://a:***@db/x to postgres://b:***@db/y'],
    ['in JSON', '{"url":"postgres://a:s3cr3t@db/x","by":"me@home"}', '{"url":"postgres://a:***@db/x","by":"me@home"}'],
    ['as a parameter', 'postgres://db/x?password=s3cr3t&sslmode=require', 'postgres://db/x?password=***&sslmode=require'],
    ['as a second parameter', 'postgres://db/x?user=app&password=s3#/@cr3t', 'postgres://db/x?user=app&password=***'],
    ['in a conninfo string', "CONNECTION 'host=db password=s3cr3t user=app'", "CONNECTION 'host=db password=*** user=app'"],
    ['in an assignment', 'PGPASSWORD=s3cr3t psql', 'PGPASSWORD=*** psql'],
  ])('%s', (_, text, expected) => {
    expect(redact(text)).toBe(expected)
  })
})

describe('passwords in SQL', () => {
  test.each([
    ["alter role app password 's3cr3t'", "alter role app password '***'"],
    ["CREATE ROLE app ENCRYPTED PASSWORD 's3''cr3t' LOGIN", "CREATE ROLE app ENCRYPTED PASSWORD '***' LOGIN"],
    ["alter role app password E's3\\'cr3t' login", "alter role app password E'***' login"],
    ['alter role app password $$s3cr3t$$ login', 'alter role app password $$***$$ login'],
    ['alter role app password $x$s3$$cr3t$x$ login', 'alter role app password $x$***$x$ login'],
    ["options (user 'app', password 's3cr3t')", "options (user 'app', password '***')"],
    ["cut off in the middle: alter role app password 's3cr", "cut off in the middle: alter role app password '***"],
  ])('%s', (sql, expected) => {
    expect(redact(sql)).toBe(expected)
  })
})

test.each([
  'write postgres://USER:PASSWORD@HOST:PORT/DATABASE',
  'postgres://app@db:5432/prod',
  'postgres://app@a:5432,b:5433/prod',
  'password authentication failed for user "app"',
  "alter role app password null, note 'the password is elsewhere'",
  'me@home: see https://example.org/a:b',
])('redact: %j -> unchanged', (text) => {
  expect(redact(text)).toBe(text)
})

describe('registered secrets', () => {
  test('raw, encoded, decoded -> hidden', () => {
    registerSecret('tr@nsp#rent/9')
    registerSecret('enc%40ded%21')
    expect(redact('tr@nsp#rent/9 tr%40nsp%23rent%2F9 enc%40ded%21 enc@ded! else')).toBe('*** *** *** *** else')
  })

  test('one contains another -> the longest is hidden first', () => {
    registerSecret('swordfish')
    registerSecret('swordfish-and-more')
    expect(redact('swordfish-and-more, swordfish')).toBe('***, ***')
  })

  test('special characters -> taken literally', () => {
    registerSecret('one%.*$&')
    expect(redact('one%.*$& one%xyz')).toBe('*** one%xyz')
  })

  test('too short -> not hidden', () => {
    registerSecret('ab')
    registerSecret('')
    registerSecret(undefined)
    expect(redact('about')).toBe('about')
  })
})
