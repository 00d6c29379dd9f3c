import { matchEnd, matchFrom, QuotedText } from './quoted-text.ts'

/** A part of a text, in UTF-16 offsets. */
export interface Span {
  start: number
  end: number
}

/**
 * The passwords in a text of any kind: in URLs, connection strings and environment variables, in SQL (also in strings inside
 * strings, with comments between the keyword and its literal, and cut off in the middle), in JSON. Takes linear time. The text is
 * not parsed: it can be a message with a part of a statement. Where that leaves a doubt, more is hidden.
 */
export function secretSpans(text: string): Span[] {
  const finder = new SecretFinder(text)
  for (let at = 0; !finder.isExhausted;) {
    const match = matchFrom(ANCHOR, text, at)
    if (match === null) break
    at = finder.after(match)
  }
  return finder.spans
}

/** The names whose values are secrets, also as the end of a longer name: PGPASSWORD, sslpassword, app.password. */
const ANCHOR =
  /(?<url>:\\{0,4}\/\\{0,4}\/)|(?<strong>passw(?:or)?d|passphrase)|(?<weak>secret|(?:api|access|private|client|server)_?key|(?:api|access|auth|refresh)_?token|(?<=_)(?:pass|pwd)|(?<=["'])(?:pass|pwd)(?=\\{0,8}["']))|(?<call>pgp_(?:sym|pub)_(?:en|de)crypt(?:_bytea)?|(?:en|de)crypt(?:_iv)?|crypt|hmac)/gi

/** Between a name and its value. A comma only after a name in quotes: `set_config('app.password', '...', true)`. */
const OPERATOR = /(?:::\w{1,40}\s{0,8})?(?<sign>:=|=>|==?|<>|!=|:(?!:)|,|(?:to|in|like|ilike|default)\b)/iy
/** `password constant text := '...'`, `password text not null default '...'` */
const DECLARATION = /(?:[\w.,()[\]]{1,40}\s{1,8}){1,6}(?::=|default\b)/iy
/** `password, email) VALUES` */
const COLUMN_LIST = /[\w\s",.]{0,400}\)\s{0,40}(?:overriding\s{1,8}\w{1,8}\s{1,8}value\s{1,8})?(?:values|select)\b/iy
/** `format('... PASSWORD %L', ...)`, `'... PASSWORD ' || ...` */
const PLACEHOLDER = /%(?:\d{1,3}\$)?[sL]/y
const CONCATENATION = /'{1,4}\s{0,8}\|\|/y
const CALL = /[\w.]{0,64}\s{0,8}[([{]/y
const DOLLAR_TAG = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]{0,63})?\$/y
const PREFIX = /(?:[enbx]|u&)(?=['\\])/iy
/** Unquoted values: of a parameter in a URL, after a colon, of a keyword in a connection string (a quote inside is part of it). */
const PARAMETER = /[^\s&"'`]+/y
const AFTER_COLON = /[^\s"'`,;})\]]+/y
const KEYWORD_VALUE = /(?:\\[^]|[^\s"'`\\]|["'`]{1,2}(?=\w))+/y

class SecretFinder extends QuotedText {
  /** The word without blanks that was read last, and its last `@`. */
  #word = { end: 0, at: -1 }

  /** Hides what follows a scheme, a name or a function. Returns the offset to continue at. */
  after({ groups: { url, call, weak } = {}, index, 0: found }: RegExpExecArray): number {
    const end = index + found.length
    if (url !== undefined) return this.#afterUrl(end)
    return call === undefined ? this.#afterKey(index, end, weak === undefined) : this.#afterCall(index, end)
  }

  /** `user:password@host`: the last `@` before a blank or a quote ends the password. */
  #afterUrl(start: number): number {
    const { text } = this
    if (start >= this.#word.end) {
      const end = start + text.slice(start).search(/\s|$/)
      this.#word = { end, at: start + text.slice(start, end).lastIndexOf('@') }
    }
    const colon = matchEnd(/[^\s:/"'`<>]*:/y, text, start)
    if (colon === start || colon > this.#word.at || text.startsWith('USER:PASSWORD@', start)) return start
    let end = text.indexOf('@', colon)
    for (let next = end; next !== -1 && next <= this.#word.at; next = text.indexOf('@', next + 1)) {
      end = next
      if (next === this.#word.at || matchEnd(/[^@"'`)]*@/y, text, next + 1) === next + 1) break
    }
    this.hide(colon, end)
    return end
  }

  /** The arguments of a function that takes a key or a password. */
  #afterCall(start: number, end: number): number {
    const open = matchEnd(/\s{0,8}\(/y, this.text, end)
    if (open === end || /\w/.test(this.text.charAt(start - 1))) return end
    return this.hideLiterals(open - 1, 'group')
  }

  /** The value of a name. `isStrong`: the name alone says that a literal after it is a secret. */
  #afterKey(start: number, end: number, isStrong: boolean): number {
    const { text } = this
    if (/\w/.test(text.charAt(end))) return end
    const name = nameStart(text, start)
    const closing = this.#closingQuote(name, end)
    const gap = this.skipGap(closing)
    const operator = matchFrom(OPERATOR, text, gap)
    const sign = operator?.groups?.['sign']?.toLowerCase()
    const isArgument = closing > end && text.charAt(closing - 1) === "'"
    if (operator === null || sign === undefined || (sign === ',' && !isArgument)) return isStrong ? this.#afterName(gap, end) : end
    const value = this.skipGap(gap + operator[0].length)
    const literal = this.#literal(value, sign !== ',')
    if (literal !== undefined) return literal
    const isAdjoining = gap === end && value === gap + operator[0].length
    if (NEEDS_LITERAL.has(sign) || !(isStrong || isAdjoining)) return end
    const call = matchEnd(CALL, text, value)
    if (call > value) return this.hideLiterals(call - 1, 'group')
    if (sign === 'in' || (sign === ':' && text.slice(gap, value).includes('\n'))) return end
    const isParameter = /[?&]/.test(text.charAt(name - 1))
    const valueEnd = matchEnd(sign === ':' ? AFTER_COLON : isParameter ? PARAMETER : KEYWORD_VALUE, text, value)
    this.hide(value, valueEnd)
    return valueEnd
  }

  /** After a name without an operator. */
  #afterName(at: number, end: number): number {
    const { text } = this
    if (matchEnd(CONCATENATION, text, at) > at) return this.hideLiterals(matchEnd(/'+/y, text, at), 'statement')
    if (matchEnd(PLACEHOLDER, text, at) > at) return this.hideLiterals(this.afterString(at), 'statement')
    const isLiteral = /['$\\]/.test(text.charAt(at)) || matchEnd(PREFIX, text, at) > at
    const literal = isLiteral ? this.#literal(at, false) : undefined
    if (literal !== undefined) return literal
    const declared = matchEnd(DECLARATION, text, at)
    if (declared > at) return this.#literal(this.skipGap(declared), false) ?? end
    const list = matchEnd(COLUMN_LIST, text, at)
    return list > at ? this.hideLiterals(list, 'statement') : end
  }

  /** Hides a literal with its prefix, in quotes or dollar quotes. Undefined if there is none. */
  #literal(start: number, escapes: boolean): number | undefined {
    const { text } = this
    const open = matchEnd(PREFIX, text, start)
    const tagEnd = matchEnd(DOLLAR_TAG, text, open)
    if (tagEnd > open) return this.hideDollarQuoted(open, tagEnd)
    if (!/^\\{0,8}["'`]/.test(text.slice(open, open + 9))) return undefined
    return this.hideQuoted(open, escapes || /e/i.test(text.slice(start, open)))
  }

  /** The offset after the quote that closes the name, if one opens it. */
  #closingQuote(name: number, end: number): number {
    const { text } = this
    const opening = text.charAt(name - 1)
    const closing = matchEnd(/\\{0,8}(?:"{1,4}|'{1,4}|`)/y, text, end)
    return closing > end && opening === text.charAt(closing - 1) ? closing : end
  }
}

/** The beginning of a name with its qualifiers, of which `at` is inside. */
function nameStart(text: string, at: number): number {
  let start = at
  while (at - start < LONGEST_NAME && /[\w.-]/.test(text.charAt(start - 1))) start--
  return start
}

const LONGEST_NAME = 64
/** Operators after which a word is not a secret. */
const NEEDS_LITERAL: ReadonlySet<string> = new Set([',', 'default', 'like', 'ilike'])
