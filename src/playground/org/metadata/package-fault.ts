/** A package that can not be read as a whole: the deploy fails with this one problem. */
export class PackageFault extends Error {
  override readonly name = 'PackageFault'

  constructor(
    /** The file at fault, `package.xml`. */
    readonly fileName: string,
    problem: string,
  ) {
    super(problem)
  }
}

/** More than the platform takes in one deploy. */
export class LimitExceeded extends Error {
  override readonly name = 'LimitExceeded'
}
