import { existsSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { connect } from '../../src/api/connect.ts'
import { scratch } from '../support/scratch.ts'

test.each([
  ['of the option', { embedded: 'db' }, {}],
  ['of the configuration file', {}, { 'skills.config.json': '{"embedded": "db"}' }],
])('connect: an embedded folder %s, and another cwd than that of the process -> it is in cwd', async (_, options, files) => {
  const cwd = scratch(files)
  const db = await connect({ ...options, env: {}, cwd })
  await db.close()
  expect(existsSync(path.join(cwd, 'db'))).toBe(true)
})
