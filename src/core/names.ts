/** PostgreSQL cuts a longer name without an error, and the cut name can be that of another object. */
export const LONGEST_NAME_BYTES = 63

/** Whether PostgreSQL can store the text as the name of a schema, table, role or database. */
export function isName(text: string): boolean {
  return text !== '' && !/[\0\p{Surrogate}]/u.test(text) && Buffer.byteLength(text) <= LONGEST_NAME_BYTES
}

/** Whether a variable of a migration can have the name: letters, digits and `_`, no digit first. */
export function isVariableName(text: string): boolean {
  return /^[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*$/.test(text)
}
