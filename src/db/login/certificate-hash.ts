/** The hash algorithms of certificate signatures by object identifier, in DER (RFC 8017, RFC 5758). */
const HASHES: Readonly<Record<string, string>> = {
  // RSA with MD5, SHA-1, SHA-256, SHA-384, SHA-512, SHA-224; for the first two, RFC 5929 says SHA-256
  '2a864886f70d010104': 'sha256',
  '2a864886f70d010105': 'sha256',
  '2a864886f70d01010b': 'sha256',
  '2a864886f70d01010c': 'sha384',
  '2a864886f70d01010d': 'sha512',
  '2a864886f70d01010e': 'sha224',
  // ECDSA with SHA-1, SHA-224, SHA-256, SHA-384, SHA-512
  '2a8648ce3d0401': 'sha256',
  '2a8648ce3d040301': 'sha224',
  '2a8648ce3d040302': 'sha256',
  '2a8648ce3d040303': 'sha384',
  '2a8648ce3d040304': 'sha512',
  // the hash functions themselves, which RSA-PSS has as a parameter
  '2b0e03021a': 'sha256',
  '608648016503040201': 'sha256',
  '608648016503040202': 'sha384',
  '608648016503040203': 'sha512',
  '608648016503040204': 'sha224',
}
const RSA_PSS = '2a864886f70d01010a'

/**
 * The name of the hash for `tls-server-end-point` (RFC 5929): that of the signature of the certificate, but at least SHA-256.
 * Undefined for a signature without a hash, such as Ed25519.
 */
export function signatureHash(certificate: Buffer): string | undefined {
  const signed = contentOf(certificate, 0)
  const algorithm = signed === undefined ? undefined : contentOf(certificate, endOf(certificate, signed.start))
  if (algorithm === undefined) return undefined
  const oid = contentOf(certificate, algorithm.start)
  if (oid === undefined) return undefined
  const name = certificate.toString('hex', oid.start, oid.end)
  if (name !== RSA_PSS) return HASHES[name]
  // SEQUENCE { [0] { SEQUENCE { OBJECT IDENTIFIER ... } } ... }; the default is SHA-1
  let place = oid.end
  for (const tag of [0x30, 0xa0, 0x30, 0x06]) {
    if (certificate[place] !== tag || place >= algorithm.end) return 'sha256'
    const inner = contentOf(certificate, place)
    if (inner === undefined) return undefined
    if (tag === 0x06) return HASHES[certificate.toString('hex', inner.start, inner.end)]
    place = inner.start
  }
  return undefined
}

/** Where the content of the DER value at `place` begins and ends. */
function contentOf(der: Buffer, place: number): { start: number; end: number } | undefined {
  const first = der[place + 1]
  if (first === undefined) return undefined
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f
  const start = place + 2 + lengthBytes
  if (lengthBytes > 4 || start > der.length) return undefined
  const length = lengthBytes === 0 ? first : der.readUIntBE(place + 2, lengthBytes)
  return start + length > der.length ? undefined : { start, end: start + length }
}

function endOf(der: Buffer, place: number): number {
  return contentOf(der, place)?.end ?? der.length
}
