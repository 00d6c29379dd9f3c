import { writeSync } from 'node:fs'

/** Writes all bytes: a nearly full disk takes a part first, and fails with the next call. Throws the error of the system. */
export function writeAll(descriptor: number, content: string | Uint8Array): void {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at)
}
