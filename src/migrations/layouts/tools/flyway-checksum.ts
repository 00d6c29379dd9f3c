/** The checksum of Flyway: the CRC-32 of all lines in UTF-8, without their ends and without a byte order mark, as a signed number. */
export function crc32OfLines(text: string): number {
  let crc = -1
  const bytes = new TextEncoder().encode(text.replace(/^\ufeff/, '').replace(/\r\n|\r|\n/g, ''))
  for (const byte of bytes) crc = (crc >>> 8) ^ (TABLE[(crc ^ byte) & 0xff] ?? 0)
  return ~crc
}

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = (value & 1) === 0 ? value >>> 1 : (value >>> 1) ^ 0xedb88320
  return value
})
