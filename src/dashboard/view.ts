/** What every page needs to know beside what it shows. */
export interface View {
  now: Date
  /** Of the session; comes back with every form. */
  csrf: string
  readOnly: boolean
  /** Which org and database are shown. */
  where: Where
}

export interface Where {
  playground: boolean
  /** The host of the org, as the settings have it. */
  org?: string
}
