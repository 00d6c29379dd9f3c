import { expect, test } from 'vitest'
import type { ServerTarget } from '../../../src/core/target.ts'
import { describeTarget, hostAndPort } from '../../../src/core/target.ts'

function server(parts: Partial<ServerTarget>): ServerTarget {
  return {
    kind: 'server',
    hosts: [{ host: 'db', port: 5432 }],
    user: 'app',
    password: 's3cr3t',
    database: 'prod',
    ssl: { mode: 'prefer' },
    applicationName: 'skills',
    startupOptions: undefined,
    connectTimeoutMs: 1000,
    ...parts,
  }
}

test.each([
  [server({}), 'postgres://app@db:5432/prod'],
  [server({ user: 'a@b/c', database: 'x y' }), 'postgres://a%40b%2Fc@db:5432/x%20y'],
  [server({ hosts: [{ host: '::1', port: 1 }] }), 'postgres://app@[::1]:1/prod'],
  [
    server({
      hosts: [
        { host: 'a', port: 1 },
        { host: 'b', port: 2 },
      ],
    }),
    'postgres://app@a:1,b:2/prod',
  ],
  [server({ hosts: [{ host: '/run/pg', port: 5432 }] }), 'postgres://app@/prod?host=/run/pg'],
  [server({ hosts: [{ host: '/run/pg', port: 5433 }] }), 'postgres://app@/prod?host=/run/pg&port=5433'],
  [server({ hosts: [] }), 'postgres://'],
  [{ kind: 'embedded', directory: '.skills/db' } as const, 'embedded .skills/db'],
  [{ kind: 'embedded', directory: 'memory' } as const, 'embedded (memory)'],
])('describeTarget: target %# -> no password', (target, expected) => {
  expect(describeTarget(target)).toBe(expected)
  expect(describeTarget(target)).not.toContain('s3cr3t')
})

test.each([
  ['127.0.0.1', 5432, '127.0.0.1:5432'],
  ['fe80::1%eth0', 5432, '[fe80::1%eth0]:5432'],
  ['/run/pg', 5433, '/run/pg/.s.PGSQL.5433'],
])('address: %s -> as PostgreSQL writes it', (host, port, expected) => {
  expect(hostAndPort({ host, port })).toBe(expected)
})
