import { checkbox, email, phone, recordId, reference, text } from '../fields.js'
import { ObjectDef } from '../schema.js'
import type { Schema } from '../schema.js'

/**
 * What can be reached through a reference that may point to several objects: the fields of the platform's Name object,
 * `Type` among them (soql.md §6). A field that the record behind the reference lacks reads as null.
 */
export const nameObject = (schema: Schema): ObjectDef =>
  new ObjectDef(
    {
      name: 'Name',
      label: 'Name',
      labelPlural: 'Names',
      keyPrefix: '',
      createable: false,
      updateable: false,
      deletable: false,
      undeletable: false,
      searchable: false,
      fields: [
        recordId('Name'),
        text('Name', 'Name', 255),
        text('FirstName', 'First Name', 40),
        text('LastName', 'Last Name', 80),
        text('Type', 'Type', 40),
        text('Alias', 'Alias', 8),
        text('Username', 'Username', 80),
        text('Title', 'Title', 128),
        email('Email', 'Email'),
        phone('Phone', 'Phone'),
        checkbox('IsActive', 'Active'),
        reference('ProfileId', 'Profile ID', ['Profile']),
        reference('UserRoleId', 'Role ID', ['UserRole']),
      ],
    },
    schema,
  )
