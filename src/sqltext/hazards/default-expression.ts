import type { Cursor, QualifiedName } from '../lexer/cursor.ts'

/** The expression after DEFAULT. */
export interface DefaultExpression {
  isNull: boolean
  /** `volatile`: it has a different value in each row. `unknown`: it calls a function that is not in the lists below. */
  volatility: 'stable' | 'unknown' | 'volatile'
  /** The function that makes it volatile or unknown. */
  function?: string
}

/** Reads the expression up to the next clause of the column. Finds function calls at any depth. */
export function readDefault(cursor: Cursor): DefaultExpression {
  const expression: DefaultExpression = { isNull: cursor.word() === 'null', volatility: 'stable' }
  const first = cursor.peek().start
  let depth = 0
  let mayBeType = false
  while (!cursor.atEnd) {
    const { kind, word, start } = cursor.peek()
    if (depth === 0 && (cursor.isSymbol(',') || (start > first && CLAUSES.has(word)))) break
    if (kind === 'word' || kind === 'quoted') {
      const name = cursor.name()
      // NOT of IS NOT DISTINCT FROM does not begin a clause
      if (word === 'is') cursor.accept('not')
      else if (name !== undefined && cursor.isSymbol('(') && !mayBeType) note(expression, name)
      mayBeType = word === 'as'
      continue
    }
    if (cursor.isSymbol('(') || cursor.isSymbol('[')) depth++
    else if (cursor.isSymbol(')') || cursor.isSymbol(']')) depth--
    else if (depth === 0 && start > first && !cursor.isSymbol('::')) expression.isNull = false
    mayBeType = cursor.isSymbol('::')
    cursor.skip()
  }
  return expression
}

function note(expression: DefaultExpression, name: QualifiedName): void {
  const { schema, name: base } = name
  // in another schema only the random functions of extensions are known: `extensions.uuid_generate_v4()`
  const found = VOLATILE.has(base) ? 'volatile' : (schema ?? 'pg_catalog') === 'pg_catalog' && STABLE.has(base) ? 'stable' : 'unknown'
  if (found === 'stable' || expression.volatility === 'volatile' || expression.volatility === found) return
  expression.volatility = found
  expression.function = `${schema === undefined ? '' : `${schema}.`}${base}()`
}

/** What can follow the expression (gram.y: DEFAULT b_expr, then the next ColQualList element). */
const CLAUSES: ReadonlySet<string> = new Set([
  'check',
  'collate',
  'constraint',
  'default',
  'deferrable',
  'enforced',
  'generated',
  'initially',
  'not',
  'null',
  'primary',
  'references',
  'unique',
])

/** Volatile functions of the server, of uuid-ossp and of pgcrypto that make sense as a default. */
const VOLATILE: ReadonlySet<string> = new Set([
  'clock_timestamp',
  'currval',
  'gen_random_bytes',
  'gen_random_uuid',
  'gen_salt',
  'gen_ulid',
  'lastval',
  'nextval',
  'random',
  'random_normal',
  'setval',
  'timeofday',
  'uuid_generate_v1',
  'uuid_generate_v1mc',
  'uuid_generate_v4',
  'uuidv4',
  'uuidv7',
])

/** Functions that pg_proc lists as immutable or stable only (tested on 15 and 18), types, and grammar words that can precede a parenthesis. */
const STABLE: ReadonlySet<string> = new Set(
  `abs age all and any array array_append array_cat array_fill array_length array_position array_prepend array_remove array_to_string
  ascii between bit bit_length bool box btrim bytea cardinality case cast ceil ceiling char char_length character chr circle
  coalesce concat concat_ws convert_from convert_to current_database current_role current_schema current_schemas current_setting
  current_time current_timestamp current_user date date_bin date_part date_trunc daterange dec decimal decode distinct div else
  encode escape exp extract float float4 float8 floor format from greatest hashtext host ilike in inet_client_addr initcap int2 int4
  int4range int8 int8range interval json json_array json_build_array json_build_object json_object jsonb_array_length
  jsonb_build_array jsonb_build_object jsonb_object jsonb_set jsonb_strip_nulls justify_days justify_hours justify_interval least
  left length like ln localtime localtimestamp log lower lpad ltrim make_date make_interval make_time make_timestamp
  make_timestamptz md5 mod nchar not now nullif num_nonnulls num_nulls numeric numrange octet_length or overlay parse_ident
  pg_backend_pid pg_client_encoding pg_typeof point position power quote_ident quote_literal regexp_replace repeat replace reverse
  right round row rpad rtrim session_user sha224 sha256 sha384 sha512 sign similar some split_part sqrt statement_timestamp
  string_to_array strpos substr substring text then time timestamp timestamptz timetz timezone to to_char to_date to_json to_jsonb
  to_number to_timestamp to_tsquery to_tsvector transaction_timestamp translate trim trunc tsrange tstzrange txid_current upper
  varbit varchar varying version when width_bucket xmlelement`.split(/\s+/),
)
