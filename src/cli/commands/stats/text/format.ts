import { grouped } from '../../../../core/text.ts'

export function percent(value: number): string {
  return `${value.toFixed(1)} %`
}

export function percentOr(value: number | null): string {
  return value === null ? '-' : percent(value)
}

export function countOr(value: number | null): string {
  return value === null ? '-' : grouped(value)
}

export function msOr(value: number | null | undefined): string {
  return value === null || value === undefined ? '-' : `${grouped(value)} ms`
}

/** `2026-11-21 03:04` (UTC). */
export function minute(iso: string | null): string {
  return iso === null ? '-' : iso.slice(0, 16).replace('T', ' ')
}
