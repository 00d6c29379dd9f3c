import { keyOf, simpleObject, type DumpObject, type Rank } from './dump-object.ts'
import type { Facts } from './facts.ts'
import type { Naming } from './names.ts'

/** Triggers, rules, policies and statistics of tables and views. */
export function attachedObjects(facts: Facts, naming: Naming): DumpObject[] {
  const names = new Map(facts.relations.map(({ oid, name }) => [oid, name]))
  return facts.attached.flatMap((one) => {
    const table = names.get(one.relation)
    if (table === undefined) return []
    const { rank, catalog, text, after, word } = KINDS[one.kind as keyof typeof KINDS]
    const target = one.kind === 'statistics' ? `STATISTICS ${naming.prefix}${one.name}` : `${word} ${one.name} ON ${table}`
    const changes = after(one, { table, naming })
    const statement = text(facts, one, { table, naming })
    // the trigger of a partition comes with that of the table, and can fire at other times
    const [first = '', ...rest] = one.of_parent ? changes : [statement, ...changes]
    return [
      {
        ...simpleObject(`${one.kind} ${table}.${one.name}`, one.of_parent ? 'refresh' : rank, first, {
          keys: [keyOf(catalog, one.oid)],
          needs: [keyOf('pg_class', one.relation)],
          targets: [[keyOf(catalog, one.oid), target]],
        }),
        after: rest,
      },
    ]
  })
}

type Attached = Facts['attached'][number]

interface Kind {
  rank: Rank
  catalog: string
  word: string
  text(facts: Facts, one: Attached, place: Place): string
  after(one: Attached, place: Place): string[]
}

interface Place {
  table: string
  naming: Naming
}

const KINDS: Readonly<Record<'trigger' | 'rule' | 'policy' | 'statistics', Kind>> = {
  trigger: {
    rank: 'trigger',
    catalog: 'pg_trigger',
    word: 'TRIGGER',
    // the table, and for a constraint trigger the table of FROM; names in WHEN are OLD and NEW
    text: ({ texts }, { oid }, { naming }) => naming.unqualified(texts.of('trigger', oid) ?? '', 2),
    after: ({ setting, name }, { table }) => fires('TRIGGER', setting, name, table),
  },
  rule: {
    rank: 'rule',
    catalog: 'pg_rewrite',
    word: 'RULE',
    text: ({ texts }, { oid }, { naming }) => naming.unqualified(texts.of('rule', oid) ?? '', 1).replace(/;\s*$/, ''),
    after: ({ setting, name }, { table }) => fires('RULE', setting, name, table),
  },
  policy: { rank: 'policy', catalog: 'pg_policy', word: 'POLICY', text: policyText, after: () => [] },
  statistics: {
    rank: 'index',
    catalog: 'pg_statistic_ext',
    word: 'STATISTICS',
    text: ({ texts }, { oid }, { naming }) => naming.unqualified(texts.of('statistics', oid) ?? '', 1),
    after: ({ setting, name }, { naming }) =>
      setting === '-1' ? [] : [`ALTER STATISTICS ${naming.prefix}${name} SET STATISTICS ${setting}`],
  },
}

function policyText({ texts }: Facts, { oid, name, permissive, command, roles }: Attached, { table }: Place): string {
  const [using, check] = [texts.of('using', oid), texts.of('check', oid)]
  return [
    `CREATE POLICY ${name} ON ${table}`,
    ...(permissive === false ? ['AS RESTRICTIVE'] : []),
    ...(command === null || command === '*' ? [] : [`FOR ${COMMANDS[command] ?? ''}`]),
    ...(roles.length === 1 && roles[0] === 'PUBLIC' ? [] : [`TO ${roles.join(', ')}`]),
    ...(using === undefined ? [] : [`USING (${using})`]),
    ...(check === undefined ? [] : [`WITH CHECK (${check})`]),
  ].join(' ')
}

const COMMANDS: Readonly<Record<string, string>> = { r: 'SELECT', a: 'INSERT', w: 'UPDATE', d: 'DELETE' }

function fires(word: string, setting: string, name: string, table: string): string[] {
  const how = { D: 'DISABLE', R: 'ENABLE REPLICA', A: 'ENABLE ALWAYS' }[setting]
  return how === undefined ? [] : [`ALTER TABLE ${table} ${how} ${word} ${name}`]
}
