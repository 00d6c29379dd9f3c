/** What the specification says of names; in code points. */
export const MAX_NAME = 64

/** Letters of any script that are not capital, digits and single hyphens inside. */
const NAME = /^[\p{L}\p{Nd}]+(?:-[\p{L}\p{Nd}]+)*$/u

/** Whether a name, composed (NFC), has only the characters that the specification allows. */
export function isName(name: string): boolean {
  return NAME.test(name) && name === name.toLowerCase()
}

/** Why a text is no name of a skill; undefined when it is one. */
export function nameFault(name: string): string | undefined {
  if (!isName(name)) return 'it takes lowercase letters, digits and single hyphens'
  return [...name].length > MAX_NAME ? `it is longer than ${MAX_NAME} characters` : undefined
}

/** A name like this text that the specification allows. */
export function slug(text: string): string {
  const words = text
    .normalize('NFC')
    .toLowerCase()
    .match(/[\p{L}\p{Nd}]+/gu) ?? ['my-skill']
  return [...words.join('-')].slice(0, MAX_NAME).join('').replace(/-$/, '')
}
