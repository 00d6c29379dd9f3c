import { nameIn, type AlterAction } from './alter-actions.ts'
import { inLaterStep, inOwnFile, isAtLeast, isNew, type HazardGroup, type Subject, type Target } from './context.ts'
import { hazard, nameOf, type Hazard, type HazardType } from './hazard.ts'

const ATTACH_PARTITION: HazardType = {
  code: 'ATTACH_PARTITION',
  title: 'ATTACH PARTITION reads the whole new partition under the strongest lock',
  when: '`ATTACH PARTITION` without a valid CHECK added earlier in the run',
  lock: 'ACCESS EXCLUSIVE',
  effect: 'ACCESS EXCLUSIVE on the partition, scan',
  example: "ALTER TABLE events ATTACH PARTITION events_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');",
}

const DETACH_PARTITION_NOT_CONCURRENT: HazardType = {
  code: 'DETACH_PARTITION_NOT_CONCURRENT',
  title: 'DETACH PARTITION takes the strongest lock on the partitioned table',
  when: '`DETACH PARTITION` without `CONCURRENTLY`',
  lock: 'ACCESS EXCLUSIVE',
  effect: 'ACCESS EXCLUSIVE on parent and partition, short',
  squawk: ['require-concurrent-partition-detach'],
  example: 'ALTER TABLE events DETACH PARTITION events_2020;',
}

const PARTITION_OF: HazardType = {
  code: 'PARTITION_OF',
  title: 'A new partition locks the whole partitioned table',
  when: '`CREATE TABLE ... PARTITION OF` a table that is older than the run',
  lock: 'ACCESS EXCLUSIVE',
  effect: 'ACCESS EXCLUSIVE on the parent; scan of a default partition',
  example: "CREATE TABLE events_2027 PARTITION OF events FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');",
}

export const partitions: HazardGroup = {
  types: [ATTACH_PARTITION, DETACH_PARTITION_NOT_CONCURRENT, PARTITION_OF],
  statements: { 'CREATE TABLE': partitionOfHazards },
  actions: { 'attach partition': attachHazards, 'detach partition': detachHazards },
}

/** PARTITION OF locks the parent; ATTACH PARTITION does not. */
function partitionOfHazards({ cursor, context }: Subject): Hazard[] {
  if (!cursor.skipUntil((word) => word === 'partition' && cursor.word(1) === 'of')) return []
  const offset = cursor.peek().start
  cursor.skip(2)
  const parent = cursor.name()
  if (parent === undefined || isNew(context, parent)) return []
  const name = nameOf(parent)
  return [
    hazard(PARTITION_OF, {
      table: parent,
      message: `PARTITION OF locks the whole of ${name}, and reads its whole default partition if it has one`,
      advice: `CREATE TABLE ... (LIKE ${name} INCLUDING ALL), then ALTER TABLE ${name} ATTACH PARTITION, which lets others read and write`,
      offset,
    }),
  ]
}

function attachHazards(action: AlterAction, { context }: Target): Hazard[] {
  const partition = nameIn(action)
  if (partition === undefined || isNew(context, partition) || context.memory?.isChecked(partition) === true) return []
  return [
    hazard(ATTACH_PARTITION, {
      table: partition,
      message: `ATTACH PARTITION reads the whole of ${nameOf(partition)} unless a valid CHECK implies its bounds; a default partition is locked and read too`,
      advice: `first ADD CONSTRAINT ... CHECK (column IS NOT NULL AND <the bounds>) NOT VALID and, ${inLaterStep(context)}, VALIDATE it; then attach and drop the CHECK`,
      offset: action.offset,
    }),
  ]
}

function detachHazards(action: AlterAction, { table, context }: Target): Hazard[] {
  const partition = nameIn(action)?.name ?? 'the partition'
  const advice = `DETACH PARTITION ${partition} CONCURRENTLY${inOwnFile(context)} (not possible with a default partition)`
  return [
    hazard(DETACH_PARTITION_NOT_CONCURRENT, {
      table,
      message: `DETACH PARTITION locks the whole of ${nameOf(table)}, ${partition} and the default partition; the lock is short but waits for every query on them`,
      advice: isAtLeast(context, 14) ? advice : `from PostgreSQL 14 on: ${advice}`,
      offset: action.offset,
    }),
  ]
}
