import { describe, expect, test } from 'vitest'
import { hostOfWebsite, isFreeMail, isSameOrganisation } from '../../src/domain/free-mail.js'

describe('free mail says nothing about a company', () => {
  test.each([
    'gmail.com',
    'googlemail.com',
    'outlook.com',
    'icloud.com',
    'proton.me',
    'gmx.de',
    'web.de',
    'qq.com',
    'yahoo.fr',
    'yahoo.co.uk',
    'yahoo.com.br',
    'hotmail.it',
    'live.nl',
    'outlook.co.th',
  ])('%s is free mail', (domain) => {
    expect(isFreeMail(domain)).toBe(true)
  })

  test.each(['example.com', 'gmail.com.example', 'mygmail.com', 'yahoo.example.com', 'live.example', 'hotmail.london'])(
    '%s is not',
    (domain) => {
      expect(isFreeMail(domain)).toBe(false)
    },
  )
})

describe('the host of a website as written in a CRM', () => {
  test.each([
    ['https://www.example.com/about?x=1', 'example.com'],
    ['http://example.com:8080', 'example.com'],
    ['www.example.com', 'example.com'],
    ['Example.COM/', 'example.com'],
    ['  example.com  ', 'example.com'],
    ['https://bücher.example', 'xn--bcher-kva.example'],
    ['n/a', 'n'],
    ['see our page', undefined],
    ['https://', undefined],
    ['', undefined],
  ])('%j is %j', (website, host) => {
    expect(hostOfWebsite(website)).toBe(host)
  })
})

describe('an account is a hint for a mail domain', () => {
  test.each([
    ['when its website is the domain', 'example.com', 'https://www.example.com', true],
    ['when the domain is below its website', 'mail.eu.example.com', 'example.com', true],
    ['but not when its website is below the domain', 'example.com', 'https://shop.example.com', false],
    ['but not when the domain only ends alike', 'myexample.com', 'example.com', false],
    ['but not when the website is one word', 'acme.com', 'com', false],
    ['but not when the website is not one', 'example.com', 'unknown', false],
    ['but not when it has none', 'example.com', '', false],
  ])('%s', (_, domain, website, expected) => {
    expect(isSameOrganisation(domain, website)).toBe(expected)
  })
})
