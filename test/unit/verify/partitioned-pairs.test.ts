import { expect, test } from 'vitest'
import { canonical } from '../../../src/verify/schema/canonical.ts'
import { differingPairs } from '../../../src/verify/schema/pairs.ts'

const one = (definition: string): ReturnType<typeof canonical> =>
  canonical([{ kind: 'constraint', name: 'events.events_pkey', definition }], { unqualified: false })

const actual = (key: string, partitionKey: string): ReturnType<typeof canonical> =>
  canonical(
    [
      { kind: 'partitioned table', name: 'events', definition: partitionKey },
      { kind: 'constraint', name: 'events.events_pkey', definition: `PRIMARY KEY ${key}` },
    ],
    { unqualified: false },
  )

const sequence = (cache: number): ReturnType<typeof canonical> =>
  canonical([{ kind: 'sequence', name: 's', definition: `bigint start 1 increment 1 min 1 max 9 cache ${cache}` }], { unqualified: false })

test.each([
  ['(id, created_at)', 'RANGE (created_at)', 0],
  ['(created_at, id)', 'RANGE (created_at)', 0],
  ['(id, user_id)', 'HASH (user_id)', 0],
  ['(created_at)', 'RANGE (created_at)', 1],
  ['(id, skill_id, created_at)', 'RANGE (created_at)', 1],
])('primary key %s of a table partitioned by %s -> %i differences', (key, partitionKey, differences) => {
  const keys = differingPairs(one('PRIMARY KEY (id)'), actual(key, partitionKey)).filter(({ kind }) => kind === 'primary key')
  expect(keys).toHaveLength(differences)
})

test('storage parameters and tablespace of a key, cache of a sequence -> the same', () => {
  const stored = one("PRIMARY KEY (id) WITH (fillfactor='70') USING INDEX TABLESPACE fast")
  expect(differingPairs(one('PRIMARY KEY (id)'), stored)).toEqual([])
  expect(differingPairs(sequence(1), sequence(50))).toEqual([])
})
