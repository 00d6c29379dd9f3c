import { SkillsError } from '../core/errors.ts'
import { LOGIN_METHODS, type LoginRules, type ProtocolMinor } from '../core/target.ts'
import { invalidKeyword, type Keywords } from './connection-keywords.ts'
import { list } from './values.ts'

/** Methods of libpq that this tool does not have: a list can exclude them, and never requires them alone. */
const UNSUPPORTED = ['gss', 'sspi', 'oauth'] as const

/** What the login must be like; undefined when no keyword says so. */
export function readLoginRules(keywords: Keywords, origin: string): LoginRules | undefined {
  const least = protocolMinor(keywords.min_protocol_version)
  const most = protocolMinor(keywords.max_protocol_version)
  // as in libpq: a minimum alone raises the maximum
  if ((least ?? 0) > (most ?? 2)) throw invalidKeyword('min_protocol_version', '3.2', origin, 'at most max_protocol_version')
  const rules: LoginRules = {
    ...(keywords.require_auth === undefined ? {} : readMethods(keywords.require_auth, origin)),
    ...(keywords.channel_binding === undefined ? {} : { channelBinding: keywords.channel_binding as 'require' }),
    ...(least === undefined ? {} : { leastProtocol: least, mostProtocol: least }),
    ...(most === undefined ? {} : { mostProtocol: most }),
  }
  return Object.keys(rules).length === 0 ? undefined : rules
}

/** `scram-sha-256,none`, or what is excluded: `!password,!md5`. */
function readMethods(text: string, origin: string): Pick<LoginRules, 'methods' | 'permitsUnencrypted'> {
  const words = text.split(',').map((word) => word.trim())
  const names = words.map((word) => word.replace(/^!/, ''))
  const known: readonly string[] = [...LOGIN_METHODS, ...UNSUPPORTED]
  const unknown = names.find((name) => !known.includes(name))
  if (unknown !== undefined) throw invalidKeyword('require_auth', unknown, origin, list(known))
  const negative = words.filter((word) => word.startsWith('!')).length
  if (negative !== 0 && negative !== words.length) {
    throw invalidKeyword('require_auth', text, origin, 'methods that are all with "!" or all without')
  }
  const methods = LOGIN_METHODS.filter((method) => names.includes(method) === (negative === 0))
  const namesWeak = negative === 0 && methods.some((method) => method === 'password' || method === 'md5')
  if (methods.length > 0) return { methods, ...(namesWeak ? { permitsUnencrypted: true } : {}) }
  throw new SkillsError('DATABASE_URL_INVALID', `require_auth=${text} from ${origin} allows no supported method`, {
    hint: `supported are ${list(LOGIN_METHODS)}`,
  })
}

function protocolMinor(version: string | undefined): ProtocolMinor | undefined {
  return version === undefined ? undefined : version === '3.0' ? 0 : 2
}
