/** Domains where anybody can have an address: they say nothing about a company (product.md §4.6). */
const FREE_MAIL = new Set(
  (
    'gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com icloud.com me.com mac.com aol.com ' +
    'proton.me protonmail.com pm.me gmx.de gmx.net gmx.com gmx.at gmx.ch web.de t-online.de freenet.de mail.com mail.ru ' +
    'yandex.ru yandex.com qq.com 163.com 126.com sina.com naver.com daum.net hanmail.net zoho.com fastmail.com tutanota.com ' +
    'hey.com orange.fr wanadoo.fr free.fr laposte.net libero.it virgilio.it wp.pl o2.pl seznam.cz uol.com.br bol.com.br ' +
    'rediffmail.com btinternet.com comcast.net verizon.net att.net'
  ).split(' '),
)

/** Whether a domain is free mail, or a regional yahoo, hotmail, outlook or live. */
export function isFreeMail(domain: string): boolean {
  return (
    FREE_MAIL.has(domain) ||
    /^(?:yahoo|hotmail|outlook|live|gmx)\.(?:[a-z]{2}|co\.[a-z]{2}|com\.[a-z]{2})$/u.test(domain)
  )
}

/** The host of a website as written in a CRM, without `www.`; undefined if it is not one. */
export function hostOfWebsite(website: string): string | undefined {
  const text = website.trim().toLowerCase()
  const url = text.includes('://') ? text : `https://${text}`
  return URL.canParse(url) ? new URL(url).hostname.replace(/^www\./u, '') : undefined
}

/** Whether an account with that website is the place where that mail domain lives: the same host, or one above it. */
export function isSameOrganisation(mailDomain: string, website: string): boolean {
  const host = hostOfWebsite(website)
  return host?.includes('.') === true && (mailDomain === host || mailDomain.endsWith(`.${host}`))
}
