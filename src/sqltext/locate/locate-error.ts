import { codePointOffset } from '../../core/positions.ts'
import { routineBody } from './routine-body.ts'
import { locateNames, mentionsIn } from './locate-names.ts'
import type { Frame } from './locate-plpgsql.ts'
import { locateInPlpgsql } from './locate-plpgsql.ts'
import type { Location, ServerError } from './locate-types.ts'

/**
 * Where in a statement its error is: the server's position; else the line that its context names in a body which this
 * statement holds; else what the message quotes; else the beginning. Reads no words of the messages, as servers speak
 * many languages. `prefix` is what was sent before the statement in one message.
 */
export function locateError(statementText: string, error: ServerError, prefix = ''): Location {
  const position = error.position === undefined ? 0 : error.position - [...prefix].length
  if (position > 0) return { offset: codePointOffset(statementText, position), exact: true }
  if (error.where === undefined) return locateByName(statementText, error)
  const body = routineBody(statementText)
  const frame = body && ownFrame(error.where, body.name)
  // a context of others: the error is in a function made elsewhere, in data of COPY, ...
  if (frame === undefined) return { offset: 0, exact: false }
  if (frame === 'no line') return locateByName(statementText, error)
  const { offset, exact } = locateInPlpgsql(body?.text ?? '', frame, error)
  return { offset: body?.sourceOffset(offset) ?? 0, exact }
}

/**
 * The outermost context line about a body: `PL/pgSQL function inline_code_block line 3 at RAISE`, `compilation of
 * PL/pgSQL function "f" near line 3`. A function that a statement creates does not run yet: only the second kind is about
 * it, which has its name in quotes.
 */
function ownFrame(where: string, name: string): Frame | 'no line' | undefined {
  const lines = where.split('\n')
  const escaped = name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  const named = name === 'inline_code_block' ? /(?<!\w)inline_code_block(?!\w)/ : new RegExp(`["»«„“]\\s?${escaped}\\s?["»«“”]`)
  const at = lines.findLastIndex((line) => named.test(line))
  const text = lines[at]
  if (text === undefined) return undefined
  const line = /\d+/.exec(text.replace(named, ''))?.[0]
  return line === undefined ? 'no line' : { line: Number(line), text, above: lines.slice(0, at).join('\n') }
}

/** By what the message names, else by what the other fields do. */
function locateByName(text: string, error: ServerError): Location {
  const place = locateNames(text, error)
  if (place !== undefined) return place
  const fields = [error.constraint, error.column, error.table].filter((name) => name !== undefined)
  const mentions = [...mentionsIn(text)]
  const [found] = fields.flatMap((name) => mentions.find(({ value }) => value === name) ?? [])
  return { offset: found?.start ?? 0, exact: false }
}
