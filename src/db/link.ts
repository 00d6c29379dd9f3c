import type net from 'node:net'
import type { TLSSocket } from 'node:tls'

/** How a connection reached the server. */
export interface Link {
  /** `10.0.0.5:5432` from the resolved name; undefined for a Unix socket. */
  address: string | undefined
  /** Absent: the connection is not encrypted. */
  tls?: {
    /** `TLSv1.3`. */
    protocol: string
    cipher: string
    /** Whether an authority that this machine trusts has signed the certificate. */
    trusted: boolean
    /** End of the certificate, ISO 8601 UTC. */
    validTo: string | null
  }
}

/** Describes an open socket. */
export function describeLink(socket: net.Socket): Link {
  const { remoteAddress, remotePort } = socket
  const address =
    remoteAddress === undefined ? undefined : `${remoteAddress.includes(':') ? `[${remoteAddress}]` : remoteAddress}:${remotePort ?? ''}`
  if (!isEncrypted(socket)) return { address }
  const certificate = socket.getPeerCertificate()
  const end = Date.parse(certificate.valid_to ?? '')
  return {
    address,
    tls: {
      protocol: socket.getProtocol() ?? '',
      cipher: socket.getCipher().name,
      trusted: socket.authorized,
      validTo: Number.isNaN(end) ? null : new Date(end).toISOString(),
    },
  }
}

/** Without Node's TLS module: loading it takes time, and most connections do not use it. */
function isEncrypted(socket: net.Socket): socket is TLSSocket {
  return 'encrypted' in socket && socket.encrypted === true
}
