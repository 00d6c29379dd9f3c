import { LineIndex, type Position } from '../../core/positions.ts'

export interface Place extends Position {
  /** UTF-16. */
  offset: number
  byte: number
}

/** A part of a file, and where it begins. Offsets are those in the part, and must not go back where bytes are asked for. */
export class TextWindow {
  readonly #text: string
  readonly #place: Place
  readonly #index: LineIndex
  #counted = 0
  #bytes = 0

  constructor(text: string, place: Place) {
    this.#text = text
    this.#place = place
    this.#index = new LineIndex(text)
  }

  positionAt(offset: number): Position {
    return after(this.#place, this.#index.positionAt(offset))
  }

  placeAt(offset: number): Place {
    return { offset: this.#place.offset + offset, byte: this.byteAt(offset), ...this.positionAt(offset) }
  }

  byteAt(offset: number): number {
    this.#bytes += Buffer.byteLength(this.#text.slice(this.#counted, offset))
    this.#counted = offset
    return this.#place.byte + this.#bytes
  }
}

/** The place in a file of a place in a part that begins at `start`. */
export function after(start: Position, { line, column }: Position): Position {
  return line === 1 ? { line: start.line, column: start.column + column - 1 } : { line: start.line + line - 1, column }
}
