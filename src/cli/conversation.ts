import type inquirer from 'inquirer'
import { MhError } from '../errors.js'

/** What is asked, wherever the answer comes from. */
export interface Question {
  /** Without its dashes. */
  flag: string
  asks: string
  /** What was answered already: what somebody sees first, and what counts where nobody is asked. */
  now?: string
  byDefault?: string
  /** Why an answer cannot be taken; undefined of one that can. */
  wrong?: (answer: string) => string | undefined
  /** An answer as it may be on a screen: it may hold a password. */
  shown?: (answer: string) => string
}

export interface Choice {
  name: string
  value: string
  /** Said below while it is looked at. */
  description?: string
}

type Prompt = ReturnType<typeof inquirer.createPromptModule>

/** The value of "something else". */
const OTHER = ' '

/** Answers by flag, else at a terminal, else what is there already or the default. Nothing is asked where nobody is to be asked. */
export class Conversation {
  #prompt: Promise<Prompt> | undefined

  constructor(
    private readonly flags: Readonly<Record<string, unknown>>,
    /** Whether somebody is there to be asked. */
    readonly asks: boolean,
  ) {}

  /** What was given by flag. */
  given(flag: string): string | undefined {
    const value = this.flags[flag]
    return typeof value === 'string' ? value : undefined
  }

  /** Throws USAGE for a flag that was given, or what counts for it, and cannot be taken. */
  check({ flag, wrong }: Pick<Question, 'flag' | 'wrong'>, given = this.given(flag)): void {
    const why = given === undefined ? undefined : wrong?.(given)
    if (why !== undefined) throw new MhError('USAGE', `--${flag}: ${why}`, `Give another one with --${flag}.`)
  }

  /** A text. Throws USAGE for a flag that cannot be taken, and where there is no answer. */
  async text(question: Question): Promise<string> {
    const settled = this.#settled(question)
    if (settled !== undefined) return settled
    const { now, asks, shown } = question
    const hidden = now !== undefined && shown ? shown(now) : undefined
    if (now === undefined || hidden === now || hidden === undefined) return this.#input(question)
    return (await this.yes(`${asks}: keep ${hidden}?`, true)) ? now : this.#input({ ...question, now: undefined })
  }

  /** One of these, or with `others` any text. */
  async choice(question: Question, choices: readonly Choice[], others?: string): Promise<string> {
    const settled = this.#settled(question)
    if (settled !== undefined) return settled
    const { now, byDefault, asks } = question
    const known = choices.some(({ value }) => value === now)
    const shown = [
      ...(now === undefined || known || others === undefined ? [] : [{ name: `${now} (as it is)`, value: now }]),
      ...choices,
      ...(others === undefined ? [] : [{ name: others, value: OTHER }]),
    ]
    const chosen = await this.#ask<string>({
      type: 'select',
      message: asks,
      choices: shown,
      default: now ?? byDefault,
      pageSize: 12,
    })
    return chosen === OTHER ? this.#input({ ...question, now: undefined, byDefault: undefined }) : chosen
  }

  /** Several of these, at least one; only at a terminal. */
  several(asks: string, choices: readonly (Choice & { checked: boolean })[]): Promise<string[]> {
    return this.#ask<string[]>({ type: 'checkbox', message: asks, choices, required: true })
  }

  /** Something that nobody sees; only at a terminal. */
  secret(asks: string): Promise<string> {
    return this.#ask<string>({ type: 'password', message: asks, mask: '*', validate: isThere })
  }

  /** Yes or no; the default where nobody is asked. */
  async yes(asks: string, byDefault: boolean): Promise<boolean> {
    return this.asks ? this.#ask<boolean>({ type: 'confirm', message: asks, default: byDefault }) : byDefault
  }

  /** One of these at a terminal. */
  choose(asks: string, choices: readonly Choice[]): Promise<string> {
    return this.#ask<string>({ type: 'select', message: asks, choices })
  }

  #settled(question: Question): string | undefined {
    const given = this.given(question.flag)
    if (given === undefined && this.asks) return undefined
    const answer = given ?? question.now ?? question.byDefault
    if (answer === undefined) throw new MhError('USAGE', `${question.asks}?`, `Give --${question.flag}.`)
    const why = question.wrong?.(answer)
    if (why === undefined) return answer
    throw new MhError('USAGE', `--${question.flag}: ${why}`, `Give another one with --${question.flag}.`)
  }

  #input({ asks, now, byDefault, wrong, shown }: Question): Promise<string> {
    const validate = (text: string) => wrong?.(text.trim()) ?? isThere(text)
    const asked = { type: 'input', message: asks, default: now ?? byDefault, validate, transformer: shown }
    return this.#ask<string>(asked).then((text) => text.trim())
  }

  async #ask<T>(question: { type: string; message: string; [option: string]: unknown }): Promise<T> {
    this.#prompt ??= import('inquirer').then(({ default: questions }) =>
      questions.createPromptModule({ output: process.stderr }),
    )
    const prompt = await this.#prompt
    const answers: Record<string, unknown> = await prompt([{ ...question, name: 'answer' }]).catch(() => {
      throw new MhError('INTERRUPTED', 'Stopped: no setting was changed.', 'Run mh-sf config init again.')
    })
    return answers.answer as T
  }
}

function isThere(text: string): true | string {
  return text.trim() !== '' || 'Nothing was typed.'
}
