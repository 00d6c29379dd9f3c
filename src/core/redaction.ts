const secrets = new Set<string>()

/**
 * Registers a secret (a password, raw or URL-encoded) so that `redact` removes it from everything printed.
 * Shorter than three characters is not registered: it would blank ordinary text.
 */
export function registerSecret(secret: string | undefined): void {
  if (secret === undefined || secret.length < 3) return
  secrets.add(secret)
  secrets.add(encodeURIComponent(secret))
  try {
    secrets.add(decodeURIComponent(secret))
  } catch {
    // not URL-encoded: the raw form is registered already
  }
}

/** Replaces registered secrets, passwords in URLs and `password '...'` in SQL text by `***`. */
export function redact(text: string): string {
  let out = text
    .replace(/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:)(?!PASSWORD@)[^\s]*?(@)(?=[^\s@]*(?:\s|$|["'`)]))/gi, '$1***$2')
    .replace(/([?&](?:password|sslpassword)=)[^&\s"'`]*/gi, '$1***')
    .replace(/(\bpassword\s*=?\s*)(?:e|u&)?'(?:[^']|'')*'/gi, "$1'***'")
  // longest first, so that a secret which contains another goes whole
  for (const secret of [...secrets].toSorted((a, b) => b.length - a.length)) out = out.replaceAll(secret, '***')
  return out
}
