import { keyOf, simpleObject, type DumpObject } from './dump-object.ts'
import type { Facts, Sequence } from './facts.ts'

/** The sequences that are no identity columns. The table of the owner sets OWNED BY. */
export function sequenceObjects({ relations, sequences }: Facts): DumpObject[] {
  return sequences.flatMap((sequence) => {
    const relation = relations.find(({ oid }) => oid === sequence.oid)
    if (relation === undefined || sequence.dependence === 'i') return []
    const type = sequence.type === 'bigint' ? [] : [`AS ${sequence.type}`]
    const words = ['CREATE', ...(relation.unlogged ? ['UNLOGGED'] : []), 'SEQUENCE', relation.name, ...type, ...sequenceOptions(sequence)]
    return [
      simpleObject(`sequence ${relation.name}`, 'sequence', words.join(' '), {
        keys: [keyOf('pg_class', sequence.oid)],
        targets: [[keyOf('pg_class', sequence.oid), `SEQUENCE ${relation.name}`]],
      }),
    ]
  })
}

/** The options that differ from those of a new sequence of the type. */
export function sequenceOptions({ type, start, increment, minimum, maximum, cache, cycles }: Sequence): string[] {
  const [least, most] = LIMITS[type] ?? ['', '']
  const isAscending = !increment.startsWith('-')
  const [usualMinimum, usualMaximum] = isAscending ? ['1', most] : [least, '-1']
  return [
    ...(start === (isAscending ? minimum : maximum) ? [] : [`START WITH ${start}`]),
    ...(increment === '1' ? [] : [`INCREMENT BY ${increment}`]),
    ...(minimum === usualMinimum ? [] : [`MINVALUE ${minimum}`]),
    ...(maximum === usualMaximum ? [] : [`MAXVALUE ${maximum}`]),
    ...(cache === '1' ? [] : [`CACHE ${cache}`]),
    ...(cycles ? ['CYCLE'] : []),
  ]
}

const LIMITS: Readonly<Record<string, readonly [string, string]>> = {
  smallint: ['-32768', '32767'],
  integer: ['-2147483648', '2147483647'],
  bigint: ['-9223372036854775808', '9223372036854775807'],
}
