// the driver returns int8 and numeric as text; counts of events fit into a JavaScript number

export function count(value: unknown): number {
  return Number(value ?? 0)
}

export function numberOrNull(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value)
}

export function timeOrNull(value: unknown): string | null {
  return value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : null
}

export function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
