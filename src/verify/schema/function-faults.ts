import { quoteIdent } from '../../db/quote.ts'
import type { Pair } from './pairs.ts'

/** What differs between two definitions of a function, apart from the rest of its text. */
export interface FunctionFault {
  check: 'functions.signatures' | 'functions.security' | 'functions.temp-schema' | 'drift.different'
  expected: string
  actual: string
  /** What ALTER FUNCTION corrects; undefined: the function must be replaced. */
  alter?: string
}

interface FunctionParts {
  signature: string
  language: string
  volatility: string
  definer: boolean
  path: string | undefined
  /** The rest of the attributes, then the body. */
  rest: string
  body: string
}

const VOLATILITIES = new Set(['immutable', 'stable', 'volatile'])

/** Compares two definitions of one function part by part. `schema` is the schema that it must look up names in, `owner` its owner. */
export function functionFaults(
  { expected, actual }: Pair,
  { schema, owner }: { schema: string; owner: string | undefined },
): FunctionFault[] {
  const [wanted, found] = [functionParts(expected?.raw ?? ''), functionParts(actual?.raw ?? '')]
  if (wanted.signature !== found.signature) return [{ check: 'functions.signatures', expected: wanted.signature, actual: found.signature }]
  const faults: FunctionFault[] = []
  if (wanted.definer !== found.definer) {
    const alter = wanted.definer ? 'SECURITY DEFINER' : 'SECURITY INVOKER'
    faults.push({ check: 'functions.security', expected: securityOf(wanted), actual: securityOf(found), alter })
  }
  if (wanted.language !== found.language)
    faults.push({ check: 'functions.security', expected: `language ${wanted.language}`, actual: `language ${found.language}` })
  // a volatile function is only slower than a stable one
  if (wanted.volatility !== found.volatility && !(wanted.volatility === 'stable' && found.volatility === 'volatile')) {
    const alter = wanted.volatility.toUpperCase()
    faults.push({ check: 'functions.security', expected: wanted.volatility, actual: found.volatility, alter })
  }
  faults.push(...pathFaults(wanted, found, { schema, owner }))
  if (wanted.rest !== found.rest) faults.push({ check: 'drift.different', expected: wanted.rest, actual: found.rest })
  // the body of another language is another text anyway
  else if (wanted.body !== found.body && wanted.language === found.language)
    faults.push({ check: 'drift.different', expected: wanted.body, actual: found.body })
  return faults
}

/** The search_path that a definition pins; the check `safety.definer-search-path` reports a SECURITY DEFINER function without one. */
function pathFaults(
  wanted: FunctionParts,
  found: FunctionParts,
  { schema, owner }: { schema: string; owner: string | undefined },
): FunctionFault[] {
  if (wanted.path === found.path || (found.path === undefined && found.definer)) return []
  const named = (path: string | undefined): string => pathText(path?.replaceAll(PLACEHOLDER, () => schema))
  if (wanted.path === undefined || !wanted.path.includes(PLACEHOLDER))
    return [{ check: 'functions.security', expected: named(wanted.path), actual: named(found.path) }]
  const entries = (found.path ?? '').split(',').map((entry) => entry.trim())
  // another schema before it can have other objects of the same names; a schema with the name of the owner is the owner's
  const first = entries.find((entry) => entry !== 'pg_catalog' && entry !== '"$user"')
  const hasSchema = first === PLACEHOLDER || (entries.includes('"$user"') && owner === schema)
  const alter = `SET search_path TO ${wanted.path.replaceAll(PLACEHOLDER, () => quoteIdent(schema))}`
  if (!hasSchema) return [{ check: 'functions.security', expected: named(wanted.path), actual: named(found.path), alter }]
  if (/^"?pg_temp"?$/.test(entries.at(-1) ?? '') || !wanted.path.endsWith('pg_temp')) return []
  const expected = 'a search_path that ends in pg_temp'
  return [{ check: 'functions.temp-schema', expected, actual: named(found.path), alter }]
}

/** Represents the schema in the catalog reading. */
const PLACEHOLDER = '<schema>'

function pathText(path: string | undefined): string {
  return path === undefined ? 'the search_path of the caller' : `search_path ${path}`
}

function securityOf({ definer }: FunctionParts): string {
  return definer ? 'security definer' : 'security invoker'
}

/** Takes apart the text that sql/catalog/objects.sql makes for a function. */
function functionParts(definition: string): FunctionParts {
  const [head = '', ...body] = definition.split(/^as$/m)
  const lines = head.trimEnd().split('\n')
  const valueOf = (word: string): string => lines.find((line) => line.startsWith(`${word} `))?.slice(word.length + 1) ?? ''
  const settings = (lines.find((line) => line.startsWith('set ')) ?? '').slice('set '.length).split(/, set (?=\w+=)/)
  return {
    signature: `(${valueOf('arguments')}) returns ${valueOf('returns')}`,
    language: valueOf('language'),
    volatility: lines.find((line) => VOLATILITIES.has(line)) ?? 'volatile',
    definer: lines.includes('security definer'),
    path: settings.find((setting) => setting.startsWith('search_path='))?.slice('search_path='.length),
    rest: [
      ...lines.filter((line) => !isOtherPart(line)),
      ...settings.filter((setting) => setting !== '' && !setting.startsWith('search_path=')),
    ].join('\n'),
    body: body.join('as'),
  }
}

/** Lines that are compared as a part of their own. */
function isOtherPart(line: string): boolean {
  return /^(?:arguments|returns|language|set) /.test(line) || line === 'security definer' || VOLATILITIES.has(line)
}

/** `(uuid, text) returns boolean`, as a fault shows the signature of a function. */
export function signatureOf(definition: string): string {
  return functionParts(definition).signature
}
