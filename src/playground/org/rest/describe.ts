import { visibleObjects } from '../access.js'
import { MERGEABLE } from '../merge.js'
import type { Call, Reply, Route } from '../api.js'
import type { OrgCore } from '../core.js'
import type { Right } from '../rights.js'
import type { ChildRelationship, FieldDef, FieldType, ObjectDef } from '../schema.js'
import { isNotNewer } from './conditional.js'
import { LastChange } from './last-change.js'
import { objectOf, readableFields } from './records.js'

/** Global and object describes; 304 for who has seen them since they last changed (rest.md §9). */
export function describeRoutes(core: OrgCore): Route[] {
  const changes = new LastChange(core.now())
  const dated = (describe: (core: OrgCore, call: Call) => Reply) => (call: Call) => {
    const reply = describe(core, call)
    const since = changes.of(call.path.toLowerCase(), JSON.stringify(reply.json), call.now())
    const headers = { 'Last-Modified': new Date(since).toUTCString() }
    return isNotNewer(call, since) ? { status: 304, headers } : { ...reply, headers }
  }
  return [
    { method: 'GET', path: '/sobjects', handle: dated(globalDescribe) },
    { method: 'GET', path: '/sobjects/:object', handle: (call) => basicInformation(core, call) },
    { method: 'GET', path: '/sobjects/:object/describe', handle: dated(fullDescribe) },
  ]
}

function globalDescribe(core: OrgCore, call: Call): Reply {
  const sobjects = visibleObjects(core).map((def) => objectFlags(core, call, def))
  return { status: 200, json: { encoding: 'UTF-8', maxBatchSize: 200, sobjects } }
}

function basicInformation(core: OrgCore, call: Call): Reply {
  return { status: 200, json: { objectDescribe: objectFlags(core, call, objectOf(core, call)), recentItems: [] } }
}

function fullDescribe(core: OrgCore, call: Call): Reply {
  const def = objectOf(core, call)
  const json = {
    ...objectFlags(core, call, def),
    actionOverrides: [],
    childRelationships: visibleRelations(core, def).map((relation) => ({
      ...relation,
      deprecatedAndHidden: false,
      junctionIdListNames: [],
      junctionReferenceTo: [],
      restrictedDelete: false,
    })),
    compactLayoutable: true,
    defaultImplementation: null,
    extendedBy: null,
    extendsInterfaces: null,
    // Fields hidden by field-level security are simply absent.
    fields: readableFields(core, def).map((field) => describeField(asShown(core, call, def, field))),
    implementedBy: null,
    implementsInterfaces: null,
    listviewable: null,
    lookupLayoutable: null,
    namedLayoutInfos: [],
    networkScopeFieldName: null,
    recordTypeInfos: [masterRecordType(def, call.version)],
    searchLayoutable: true,
    sobjectDescribeOption: 'FULL',
    supportedScopes: [{ label: `All ${def.labelPlural}`, name: 'everything' }],
  }
  return { status: 200, json }
}

function visibleRelations(core: OrgCore, def: ObjectDef): ChildRelationship[] {
  return def.childRelationships.filter(({ childSObject, field }) => !core.hidden(childSObject, field))
}

function objectFlags(core: OrgCore, { session, version }: Call, def: ObjectDef): object {
  const url = `/services/data/v${version}/sobjects/${def.name}`
  const may = (right: Right) => core.rights.may(session.userId, right, def)
  return {
    activateable: false,
    associateEntityType: null,
    associateParentEntity: null,
    createable: may('create'),
    custom: def.name.endsWith('__c'),
    customSetting: false,
    deepCloneable: false,
    deletable: may('delete'),
    deprecatedAndHidden: false,
    feedEnabled: false,
    hasSubtypes: false,
    isInterface: false,
    isSubtype: false,
    keyPrefix: def.keyPrefix,
    label: def.label,
    labelPlural: def.labelPlural,
    layoutable: true,
    mergeable: MERGEABLE.includes(def.name),
    mruEnabled: true,
    name: def.name,
    queryable: def.queryable,
    replicateable: true,
    retrieveable: true,
    searchable: def.searchable,
    triggerable: true,
    undeletable: def.undeletable,
    updateable: may('edit'),
    urls: { sobject: url, describe: `${url}/describe`, rowTemplate: `${url}/{ID}` },
  }
}

function masterRecordType(def: ObjectDef, version: string): object {
  const recordTypeId = '012000000000000AAA'
  return {
    active: true,
    available: true,
    defaultRecordTypeMapping: true,
    developerName: 'Master',
    master: true,
    name: 'Master',
    recordTypeId,
    urls: { layout: `/services/data/v${version}/sobjects/${def.name}/describe/layouts/${recordTypeId}` },
  }
}

const SOAP_TYPES: Partial<Record<FieldType, string>> = {
  id: 'tns:ID',
  reference: 'tns:ID',
  boolean: 'xsd:boolean',
  int: 'xsd:int',
  double: 'xsd:double',
  currency: 'xsd:double',
  percent: 'xsd:double',
  date: 'xsd:date',
  datetime: 'xsd:dateTime',
  time: 'xsd:time',
  address: 'urn:address',
}

/** Types without an order that MIN or MAX could use. */
const NOT_AGGREGATABLE: readonly FieldType[] = ['boolean', 'address', 'multipicklist']

/** What the user may read and not write is neither createable nor updateable (objects.md §4, §7). */
function asShown(core: OrgCore, { session }: Call, def: ObjectDef, field: FieldDef): FieldDef {
  const readOnly = core.readOnly(def.name, field.name)
  const createable = field.createable && !readOnly && core.rights.may(session.userId, 'create', def)
  const updateable = field.updateable && !readOnly && core.rights.may(session.userId, 'edit', def)
  // With person accounts a lead needs no company (objects.md §2).
  const optional = core.settings.personAccounts && def.name === 'Lead' && field.name === 'Company'
  return { ...field, createable, updateable, nillable: field.nillable || optional }
}

/** All 57 keys of a field (rest.md §9). */
function describeField(field: FieldDef): object {
  const isId = field.type === 'id' || field.type === 'reference'
  return {
    aggregatable: field.filterable && !NOT_AGGREGATABLE.includes(field.type),
    aiPredictionField: false,
    autoNumber: false,
    byteLength: isId ? 18 : field.length * 3,
    calculated: false,
    calculatedFormula: null,
    cascadeDelete: field.cascadeDelete,
    caseSensitive: field.caseSensitive,
    compoundFieldName: field.compoundFieldName,
    controllerName: null,
    createable: field.createable,
    custom: field.custom,
    defaultValue: field.type === 'boolean' ? field.defaultValue : null,
    defaultValueFormula: null,
    defaultedOnCreate: field.defaultedOnCreate,
    dependentPicklist: false,
    deprecatedAndHidden: false,
    digits: field.digits,
    displayLocationInDecimal: false,
    encrypted: false,
    externalId: field.externalId,
    extraTypeInfo: field.type === 'textarea' ? 'plaintextarea' : null,
    filterable: field.filterable,
    filteredLookupInfo: null,
    formulaTreatNullNumberAsZero: false,
    groupable: field.groupable,
    highScaleNumber: false,
    htmlFormatted: false,
    idLookup: field.idLookup,
    inlineHelpText: null,
    label: field.label,
    length: field.length,
    mask: null,
    maskType: null,
    name: field.name,
    nameField: field.nameField,
    namePointing: field.referenceTo.length > 1,
    nillable: field.nillable,
    permissionable: field.nillable && (field.createable || field.custom),
    picklistValues: field.picklistValues.map((value) => ({ ...value, validFor: null })),
    polymorphicForeignKey: field.referenceTo.length > 1,
    precision: field.precision,
    queryByDistance: field.type === 'address',
    referenceTargetField: null,
    referenceTo: field.referenceTo,
    relationshipName: field.relationshipName,
    relationshipOrder: null,
    restrictedDelete: false,
    restrictedPicklist: field.restrictedPicklist,
    scale: field.scale,
    searchPrefilterable: false,
    soapType: SOAP_TYPES[field.type] ?? 'xsd:string',
    sortable: field.sortable,
    type: field.type,
    unique: field.unique,
    updateable: field.updateable,
    writeRequiresMasterRead: false,
  }
}
