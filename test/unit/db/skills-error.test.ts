import { expect, test } from 'vitest'
import { DatabaseError } from '../../../src/db/database-error.ts'
import { toSkillsError } from '../../../src/db/skills-error.ts'

const INFO = { user: 'app', label: 'postgres://app@db/prod', inRecovery: false }
const refused = (code: string, message: string, more: object = {}): DatabaseError => new DatabaseError({ code, message, ...more })

test.each([
  ['42P01', 'relation "skills_registry" does not exist'],
  ['42703', 'column "txid" does not exist'],
  ['42883', 'function f() does not exist'],
  ['3F000', 'schema "app" does not exist'],
])('toSkillsError: SQLSTATE %s -> NOT_MIGRATED with the database', (code, message) => {
  const cause = refused(code, message)
  expect(toSkillsError(INFO, cause, { action: 'read stats' })).toMatchObject({
    code: 'NOT_MIGRATED',
    exitCode: 2,
    message: `the skill tables are missing or incomplete: ${message} (postgres://app@db/prod)`,
    hint: expect.stringContaining('run skills migrate'),
    cause,
  })
})

test('toSkillsError: a missing privilege, a read-only database, a standby -> PERMISSION_DENIED with three reasons', () => {
  const action = 'prune events'
  const privilege = refused('42501', 'permission denied for table skill_usage_events')
  const readOnly = refused('25006', 'cannot execute DELETE in a read-only transaction')
  const errors = [
    toSkillsError(INFO, privilege, { action }),
    toSkillsError(INFO, readOnly, { action }),
    toSkillsError({ ...INFO, inRecovery: true }, readOnly, { action }),
  ]
  expect(errors.map(({ code }) => code)).toEqual(['PERMISSION_DENIED', 'PERMISSION_DENIED', 'PERMISSION_DENIED'])
  expect(errors.map(({ message, hint }) => [message, hint])).toEqual([
    [
      'role app cannot prune events: permission denied for table skill_usage_events',
      'grant role app the missing privilege, or connect with another role',
    ],
    ['role app cannot prune events: the database is read-only', 'connect without default_transaction_read_only'],
    ['role app cannot prune events: the server is a standby', 'connect to the primary server'],
  ])
})

test('toSkillsError: GRANT statements are known -> the hint contains them, and a hidden table is a missing privilege', () => {
  const work = { action: 'use the registry', grants: ['GRANT USAGE ON SCHEMA "app" TO "app"'] }
  const hidden = refused('42P01', 'relation "skills_registry" does not exist')
  expect(toSkillsError(INFO, hidden, work)).toMatchObject({
    code: 'PERMISSION_DENIED',
    hint: 'run as the owner: GRANT USAGE ON SCHEMA "app" TO "app"',
  })
})

test('toSkillsError: any other SQLSTATE -> QUERY_FAILED with the hint of the server', () => {
  const timeout = refused('57014', 'canceling statement due to statement timeout', { hint: 'wait longer' })
  expect(toSkillsError(undefined, timeout, { action: 'read stats' })).toMatchObject({
    code: 'QUERY_FAILED',
    exitCode: 1,
    message: 'canceling statement due to statement timeout (SQLSTATE 57014)',
    hint: 'wait longer',
  })
})

test('toSkillsError: not an error of the server -> unchanged', () => {
  const bug = new TypeError('x is undefined')
  expect(toSkillsError(INFO, bug, { action: 'read stats' })).toBe(bug)
})
