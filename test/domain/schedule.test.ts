import { parseEnv } from 'node:util'
import { expect, test } from 'vitest'
import { namesTakenLiterally, pathInLine, timeOfDayOf, timeZoneOf } from '../../src/domain/schedule.js'

test.each([
  ['02:30', 2, 30],
  ['2:05', 2, 5],
  ['00:00', 0, 0],
  ['23:59', 23, 59],
])('%s is a time of day', (text, hour, minute) => {
  expect(timeOfDayOf(text)).toEqual({ hour, minute })
})

test.each(['24:00', '2:5', '02:60', '0230', '2 am', '', '02:30:00', '-1:00', '* *'])('"%s" is none', (text) => {
  expect(() => timeOfDayOf(text)).toThrow(expect.objectContaining({ code: 'USAGE' }) as Error)
})

test.each([
  ['Europe/Berlin', 'Europe/Berlin'],
  ['europe/berlin', 'Europe/Berlin'],
  ['UTC', 'UTC'],
  ['Pacific/Kiritimati', 'Pacific/Kiritimati'],
])('%s is a time zone, %s', (text, zone) => {
  expect(timeZoneOf(text)).toBe(zone)
})

test.each(['Mars/Olympus', '+02:00', '', 'Europe/Berlin\nSHELL=/bin/false'])('"%s" is none', (text) => {
  expect(() => timeZoneOf(text)).toThrow(expect.objectContaining({ code: 'USAGE' }) as Error)
})

test('a path that would end its line is refused', () => {
  expect(pathInLine('--log', '/var/log/it’s "100 %".log')).toBe('/var/log/it’s "100 %".log')
  expect(() => pathInLine('--log', '/var/log/a\n* * * * * reboot')).toThrow('control character')
})

test.each([
  ['A=b', []],
  ['A=mongodb://db.example/x?a=1&b=2\r\nB=two words', []],
  ['# A="b"\nA=b', []],
  ['A="b"', ['A']],
  ["B=c\nA='b c'", ['A']],
  ['A=b # said', ['A']],
  ['export A=b', ['A']],
  ['A=x=y', []],
])('of %j Kubernetes takes %j otherwise than Node', (text, names) => {
  expect(namesTakenLiterally(text, parseEnv(text))).toEqual(names)
})
