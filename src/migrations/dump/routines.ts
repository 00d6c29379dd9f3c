import { keyOf, simpleObject, type DumpObject } from './dump-object.ts'
import type { Facts, Routine } from './facts.ts'
import { inCurrentSchema, inFormat, pathEntries, type Naming } from './names.ts'

/** Functions, procedures and aggregates. */
export function routineObjects(facts: Facts, naming: Naming): DumpObject[] {
  return facts.routines.map((routine) => {
    const signature = `${routine.name}(${facts.texts.of('arguments', routine.oid) ?? ''})`
    const word = ROUTINE_WORDS[routine.kind] ?? 'FUNCTION'
    const id = `${word.toLowerCase()} ${signature}`
    const options = {
      keys: [keyOf('pg_proc', routine.oid)],
      targets: [[keyOf('pg_proc', routine.oid), `${word} ${aggregateSignature(routine, signature)}`] as const],
    }
    if (routine.kind === 'a')
      return simpleObject(id, 'operator', aggregateText(facts, routine, aggregateSignature(routine, signature), naming), options)
    const path = routine.settings.find((setting) => setting.startsWith('search_path='))?.slice('search_path='.length)
    const entries = path === undefined ? [] : pathEntries(path)
    const { inPath } = naming
    const isPinned = inPath !== undefined && entries.includes(inPath)
    const text = naming
      .unqualified(facts.texts.of('routine', routine.oid) ?? '', 1)
      .replace(/^CREATE OR REPLACE /, 'CREATE ')
      .trimEnd()
    // the path of the file is the schema and pg_temp
    const statement = isPinned ? text.replace(/^ SET search_path TO .*$/m, ' SET search_path FROM CURRENT') : text
    const isUsual = entries.length === 2 && entries[0] === inPath && entries[1] === 'pg_temp'
    const after = isPinned && !isUsual ? [pathText(`${word} ${signature}`, entries, inPath)] : []
    const body = statement.search(PARSED_BODY)
    // the string is not checked: check_function_bodies is off
    const stub = body === -1 ? {} : { stub: () => `${statement.slice(0, body)}AS $stub$$stub$` }
    return { ...simpleObject(id, 'routine', statement, options), ...stub, after }
  })
}

/** A body that PostgreSQL parses when the function is created. */
const PARSED_BODY = /^(?:BEGIN ATOMIC$|RETURN )/m

const ROUTINE_WORDS: Readonly<Record<string, string>> = { a: 'AGGREGATE', p: 'PROCEDURE' }

/** A search_path that contains the schema, and more: it is set when the schema is known. */
function pathText(routine: string, entries: readonly string[], schemaName: string): string {
  const list = entries.map((entry) => (entry === schemaName ? '%1$I' : inFormat(entry))).join(', ')
  return inCurrentSchema(`ALTER ${inFormat(routine)} SET search_path TO ${list}`)
}

/** An aggregate without arguments has a star. */
function aggregateSignature({ kind, name }: Routine, signature: string): string {
  return kind === 'a' && signature === `${name}()` ? `${name}(*)` : signature
}

function aggregateText({ texts }: Facts, routine: Routine, signature: string, { local }: Naming): string {
  const usual = routine.aggregate_kind === 'n' ? 'r' : 'w'
  const named = (option: string, value: string | null): string[] => (value === null ? [] : [`${option} = ${local(value)}`])
  const modify = (option: string, name: string | null, value: string | null): string[] =>
    name === null || value === null || value === usual ? [] : [`${option} = ${MODIFY[value] ?? ''}`]
  const moving = texts.of('moving state', routine.oid)
  const options = [
    ...named('SFUNC', routine.transition),
    `STYPE = ${texts.of('aggregate state', routine.oid) ?? ''}`,
    ...named('SSPACE', routine.space),
    ...named('FINALFUNC', routine.final),
    ...(routine.final_extra === true ? ['FINALFUNC_EXTRA'] : []),
    ...modify('FINALFUNC_MODIFY', routine.final, routine.final_modify),
    ...named('COMBINEFUNC', routine.combine),
    ...named('SERIALFUNC', routine.serial),
    ...named('DESERIALFUNC', routine.deserial),
    ...(routine.initial === null ? [] : [`INITCOND = ${routine.initial}`]),
    ...named('MSFUNC', routine.moving),
    ...named('MINVFUNC', routine.inverse),
    ...(moving === undefined ? [] : [`MSTYPE = ${moving}`]),
    ...named('MSSPACE', routine.moving_space),
    ...named('MFINALFUNC', routine.moving_final),
    ...(routine.moving_final_extra === true ? ['MFINALFUNC_EXTRA'] : []),
    ...modify('MFINALFUNC_MODIFY', routine.moving_final, routine.moving_final_modify),
    ...(routine.moving_initial === null ? [] : [`MINITCOND = ${routine.moving_initial}`]),
    ...(routine.sort === null ? [] : [`SORTOP = OPERATOR(${local(routine.sort)})`]),
    ...(routine.parallel === 's' ? ['PARALLEL = SAFE'] : routine.parallel === 'r' ? ['PARALLEL = RESTRICTED'] : []),
    ...(routine.aggregate_kind === 'h' ? ['HYPOTHETICAL'] : []),
  ]
  return `CREATE AGGREGATE ${signature} (\n    ${options.join(',\n    ')}\n)`
}

const MODIFY: Readonly<Record<string, string>> = { r: 'READ_ONLY', s: 'SHAREABLE', w: 'READ_WRITE' }
