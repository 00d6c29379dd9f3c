import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { signatureHash } from '../../../../src/db/login/certificate-hash.ts'
import { scratch } from '../../../support/scratch.ts'

const EC = ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']

/** A certificate in DER. */
function certificate(key: readonly string[], ...options: string[]): Buffer {
  const folder = scratch()
  const request = ['req', '-x509', '-newkey', ...key, '-nodes', '-subj', '/CN=test', '-keyout', `${folder}/key`, '-out', `${folder}/cert`]
  execFileSync('openssl', [...request, ...options], { stdio: 'pipe' })
  return new X509Certificate(readFileSync(`${folder}/cert`)).raw
}

test.each([
  ['RSA and SHA-256', ['rsa:2048'], ['-sha256'], 'sha256'],
  ['RSA and SHA-384', ['rsa:2048'], ['-sha384'], 'sha384'],
  ['RSA and SHA-512', ['rsa:2048'], ['-sha512'], 'sha512'],
  ['RSA and SHA-1: at least SHA-256', ['rsa:2048'], ['-sha1'], 'sha256'],
  ['RSA-PSS and SHA-512', ['rsa:2048'], ['-sha512', '-sigopt', 'rsa_padding_mode:pss'], 'sha512'],
  ['RSA-PSS and SHA-256', ['rsa:2048'], ['-sha256', '-sigopt', 'rsa_padding_mode:pss'], 'sha256'],
  ['ECDSA and SHA-256', EC, ['-sha256'], 'sha256'],
  ['ECDSA and SHA-384', EC, ['-sha384'], 'sha384'],
  ['ECDSA and SHA-1: at least SHA-256', EC, ['-sha1'], 'sha256'],
  ['Ed25519, which has no hash', ['ed25519'], [], undefined],
] as const)('signature of a certificate: %s', (_, key, options, expected) => {
  expect(signatureHash(certificate(key, ...options))).toBe(expected)
})

test('bytes that are no certificate -> undefined', () => {
  const whole = certificate(EC)
  for (let length = 0; length < whole.length; length++) expect(() => signatureHash(whole.subarray(0, length))).not.toThrow()
  expect(signatureHash(Buffer.from('308400', 'hex'))).toBeUndefined()
  expect(signatureHash(Buffer.alloc(100))).toBeUndefined()
})
