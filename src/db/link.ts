import type net from 'node:net'
import type { TLSSocket } from 'node:tls'

/** The way to the server that a connection took. */
export interface Link {
  /** `10.0.0.5:5432` as the name was resolved, or the path of the socket; undefined where it cannot be told. */
  address: string | undefined
  /** Absent: nothing is encrypted. */
  tls?: {
    /** `TLSv1.3`. */
    protocol: string
    cipher: string
    /** Whether somebody vouches for the certificate that this machine trusts. */
    trusted: boolean
    /** End of the certificate, ISO 8601 UTC. */
    validTo: string | null
  }
}

/** Looks at a socket that is open. */
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

/** By its looks: loading Node's TLS costs time, and most connections have none. */
function isEncrypted(socket: net.Socket): socket is TLSSocket {
  return 'encrypted' in socket && socket.encrypted === true
}
