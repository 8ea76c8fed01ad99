import { CommandError, notOffered } from '../command-error.js'
import { isDocument, type Document } from '../bson/value.js'

/**
 * The expressions offered: those of mingo's whose answers were found to be the ones a real engine gives, and those
 * that `expressions.ts` puts in the place of mingo's.
 */
const OFFERED = new Set(
  (
    '$abs $add $ceil $divide $floor $ln $log10 $mod $multiply $pow $round $sqrt $subtract $trunc ' +
    '$arrayElemAt $arrayToObject $concatArrays $filter $first $in $indexOfArray $isArray $last $map $range $reduce ' +
    '$reverseArray $size $slice $zip $and $not $or $cmp $eq $gt $gte $lt $lte $ne $cond $ifNull $switch $literal ' +
    '$dateAdd $dateDiff $dateFromString $dateSubtract $dateToString $dateTrunc $dayOfMonth $dayOfWeek $dayOfYear ' +
    '$hour $isoDayOfWeek $isoWeek $isoWeekYear $millisecond $minute $month $second $year ' +
    '$getField $setField $unsetField $mergeObjects $objectToArray ' +
    '$allElementsTrue $anyElementTrue $setDifference $setEquals $setIntersection $setIsSubset $setUnion ' +
    '$concat $ltrim $regexMatch $replaceAll $replaceOne $rtrim $split $strLenCP $strLenBytes $substrCP ' +
    '$toLower $toUpper $trim $isNumber $toBool $toDate $toDouble $toInt $toLong $toObjectId $toString $type ' +
    '$let $max $min $sum $avg'
  ).split(' '),
)

/** Other expressions that MongoDB 7 has. */
const LACKING = new Set(
  (
    '$accumulator $acos $acosh $asin $asinh $atan $atan2 $atanh $binarySize $bitAnd $bitNot $bitOr $bitXor $bsonSize ' +
    '$convert $cos $cosh $dateFromParts $dateToParts $degreesToRadians $exp $firstN $function $indexOfBytes $indexOfCP ' +
    '$lastN $log $maxN $median $meta $minN $percentile $radiansToDegrees $rand $regexFind $regexFindAll $sampleRate ' +
    '$sin $sinh $sortArray $stdDevPop $stdDevSamp $strcasecmp $substr $substrBytes $tan $tanh $toDecimal ' +
    '$toHashedIndexKey $tsIncrement $tsSecond $week'
  ).split(' '),
)

/** True for an expression that MongoDB has, whether it is offered here or not. */
export function isExpression(name: string): boolean {
  return OFFERED.has(name) || LACKING.has(name)
}

/** Throws unless every operator in an expression is one that is offered. */
export function checkExpression(expression: unknown): void {
  if (Array.isArray(expression)) for (const item of expression) checkExpression(item)
  if (!isDocument(expression)) return
  const names = Object.keys(expression)
  const [first = ''] = names
  if (first.startsWith('$')) checkOperator(first, expression, names.length)
  if (first !== '$literal') for (const name of names) checkExpression(expression[name])
}

function checkOperator(name: string, expression: Document, size: number): void {
  if (size > 1) {
    throw new CommandError(
      15983,
      `An object representing an expression must have exactly one field: ${JSON.stringify(expression)}`,
    )
  }
  if (OFFERED.has(name)) return
  if (LACKING.has(name)) throw notOffered(`the expression ${name}`)
  throw new CommandError(168, `Unrecognized expression '${name}'`)
}

/** Puts the server's time in the place of `$$NOW`, because mingo would ask the machine's clock. */
export function withClock(expression: unknown, now: number): unknown {
  if (expression === '$$NOW') return new Date(now)
  if (Array.isArray(expression)) return expression.map((item: unknown) => withClock(item, now))
  if (!isDocument(expression) || '$literal' in expression) return expression
  return Object.fromEntries(Object.entries(expression).map(([name, value]) => [name, withClock(value, now)]))
}
