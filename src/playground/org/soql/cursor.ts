import { malformed, notUnderstood } from './failure.js'
import type { SoqlFailure } from './failure.js'
import { tokenize } from './lexer.js'
import type { Token } from './lexer.js'

const END: Token = { kind: 'end', text: '<EOF>', start: 0 }

/** Where a parser stands among the tokens of one statement. */
export class TokenCursor {
  private readonly tokens: readonly Token[]
  private at = 0

  constructor(text: string) {
    this.tokens = tokenize(text)
  }

  peek(ahead = 0): Token {
    return this.tokens[this.at + ahead] ?? this.tokens.at(-1) ?? END
  }

  take(): Token {
    const token = this.peek()
    this.at++
    return token
  }

  /** Whether the token is this keyword, in any case. */
  isWord(keyword: string, ahead = 0): boolean {
    const token = this.peek(ahead)
    return token.kind === 'word' && token.text.length === keyword.length && token.text.toUpperCase() === keyword
  }

  isSymbol(symbol: string, ahead = 0): boolean {
    const token = this.peek(ahead)
    return token.kind === 'symbol' && token.text === symbol
  }

  /** Steps over a keyword if it stands here. */
  acceptWord(keyword: string): boolean {
    const found = this.isWord(keyword)
    if (found) this.at++
    return found
  }

  acceptSymbol(symbol: string): boolean {
    const found = this.isSymbol(symbol)
    if (found) this.at++
    return found
  }

  expectWord(keyword: string): void {
    if (!this.acceptWord(keyword)) throw this.unexpected()
  }

  expectSymbol(symbol: string): void {
    if (!this.acceptSymbol(symbol)) throw this.unexpected()
  }

  /** A name, not followed by a bracket: functions are taken before, where they are known. */
  takeName(): Token {
    const token = this.peek()
    if (token.kind !== 'word') throw this.unexpected()
    if (this.isSymbol('(', 1)) throw notUnderstood(`${token.text}()`, token.start)
    return this.take()
  }

  unexpected(ahead = 0): SoqlFailure {
    const token = this.peek(ahead)
    return malformed(`unexpected token: '${token.text}'`, token.start)
  }
}
