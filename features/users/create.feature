@users
Feature: Creating users

  Whom Entra does not find it creates, with the attributes of its mapping, and from then on it knows the user by the id
  of the answer alone. What is altered, lost or refused here is wrong in every later cycle.

  @rule:user.create.accepted
  Scenario: A user is created
    When Entra creates a plain user
    Then the user is created

  @rule:user.create.mapped
  Scenario: A user with every attribute of the default mapping is created
    When Entra creates a user with every mapped attribute
    Then the user is created and reads back with every attribute that was sent

  @rule:user.create.id
  Scenario: The answer gives the user an id
    When Entra creates a plain user
    Then the answer has an id that is a string

  @rule:user.create.username-echoed
  Scenario: The user name comes back as it was sent
    When Entra creates a plain user
    Then the answer has the user name that was sent

  @rule:user.create.location
  Scenario: The answer says where the user is
    When Entra creates a plain user
    Then the Location header and meta.location lead to the user

  @rule:user.create.meta
  Scenario: The answer says when the user was created
    When Entra creates a plain user
    Then the answer has a resource type and times

  @rule:user.create.stored-state
  Scenario: The answer shows what is stored
    When Entra creates a plain user
    Then the answer equals the user that is read

  @rule:user.create.client-meta
  Scenario: A resource type in the request does no harm
    When Entra creates a user with a resource type in its meta
    Then the user is created

  @rule:user.create.empty-lists
  Scenario: Empty lists count as absent
    When Entra creates a user with empty lists of roles and addresses
    Then the user is created

  @rule:user.create.nulls
  Scenario: Nulls count as absent
    When Entra creates a user with a title and addresses of null
    Then the user is created

  @rule:user.create.enterprise-unused
  Scenario: The enterprise extension may be named without an attribute of it
    When Entra creates a user that names the enterprise extension without its attributes
    Then the user is created

  @rule:user.create.extensions
  Scenario: Every extension that the app declares is stored
    When Entra creates a user with every declared extension
    Then the user is created and its extensions read back

  @rule:user.create.extension-unlisted
  Scenario: A custom extension may come without its URN in schemas
    When Entra creates a user with a custom extension that schemas does not name
    Then the user is created and its extensions read back

  @rule:user.create.inactive
  Scenario: A user who is created inactive is inactive
    When Entra creates a user who is not active
    Then the user is created and reads back as inactive

  @rule:user.create.boolean-string
  Scenario: A boolean may come as a string
    When Entra creates a user whose active is the string "True"
    Then the user is created and reads back as active

  @rule:user.create.primary-string
  Scenario: The boolean of an address may come as a string
    When Entra creates a user with an address whose primary is the string "true"
    Then the user is created and the address is primary, as a boolean

  @rule:user.create.email
  Scenario: A work address is stored with its type
    When Entra creates a plain user
    Then the user reads back with the work address that was sent

  @rule:user.create.verbatim
  Scenario: Values are stored as they were sent
    When Entra creates a user with a phone number "+1 425 5550199 x7" and a display name "Zoë  van der Bergh-O'Neil"
    Then both read back as they were sent

  @rule:user.create.external-id
  Scenario: The external id is stored as it was sent
    When Entra creates a user with the external id "Mixed-Case.7a0e1E6e"
    Then the external id reads back as it was sent

  @rule:user.create.numeric-string
  Scenario: A string of digits stays a string
    When Entra creates a user with the title "0055555555555"
    Then the title reads back as the string "0055555555555"

  @rule:user.create.unicode
  Scenario: Any text survives
    When Entra creates a user with the display name "Zoë 東京 🚢 Ñandú"
    Then the display name reads back as it was sent

  @rule:user.create.wrong-type
  Scenario: A value of the wrong type is refused or stored, never altered
    When Entra creates a user whose display name is an object
    Then it is refused with a reason, or reads back as it was sent

  @rule:user.create.long-value
  Scenario Outline: A long value is refused or stored, never cut
    When Entra creates a user whose <attribute> has <length> characters
    Then it is refused with a reason, or reads back as it was sent

    Examples:
      | attribute   | length |
      | displayName | 200    |
      | displayName | 4000   |
      | userName    | 90     |

  @rule:user.create.without-name
  Scenario: A user without a name of its own is created
    When Entra creates a user with a user name alone
    Then the user is created

  @rule:user.create.without-username
  Scenario: A user without a user name is refused
    When Entra creates a user without a user name
    Then it is refused as invalid

  @rule:user.create.empty-username
  Scenario: A user with an empty user name is refused
    When Entra creates a user with an empty user name
    Then it is refused as invalid

  @rule:user.create.malformed
  Scenario: A body that is cut off is refused
    When Entra sends half of a user
    Then it is refused as invalid

  @rule:user.create.unknown-attribute
  Scenario: An attribute that nobody knows is ignored
    When Entra creates a user with a shoe size
    Then the user is created

  @rule:user.create.manager-string
  Scenario: A manager as a bare id does no harm
    Given another user
    When Entra creates a user whose manager is the bare id of that user
    Then the user is created

  @rule:user.create.client-id
  Scenario: An id that the client sends is ignored
    Given another user
    When Entra creates a user with the id of that user
    Then the user is created under an id of its own, and the other user is unchanged

  @rule:user.create.read-only
  Scenario: What only the app may set is not obeyed
    Given a group
    When Entra creates a user that claims to be of 1999 and a member of the group
    Then the user is created now, and the group has no members

  @rule:user.create.media-type
  Scenario Outline: The media type is taken with and without a charset
    When Entra creates a plain user as <type>
    Then the user is created

    Examples:
      | type                                 |
      | application/scim+json                |
      | application/scim+json; charset=utf-8 |

  @rule:user.create.names-in-any-case
  Scenario: Names of attributes are taken in any case
    When Entra creates a user whose attributes are spelled in other letters
    Then the user is created and found by its user name

  @rule:user.create.found-at-once
  Scenario: A new user is found at once
    When Entra creates five users and looks each up at once
    Then each look-up finds its user

  @rule:user.create.empty-external-id
  Scenario: An empty external id belongs to nobody
    When Entra creates two users with an empty external id
    Then both users are created

  @rule:user.create.duplicate
  Scenario: A user name that is taken is refused
    Given a user
    When Entra creates another user with the same user name
    Then the answer is 409

  @rule:user.create.duplicate-case
  Scenario: A user name that is taken in other letters is refused
    Given a user
    When Entra creates another user with the same user name in capitals
    Then the answer is 409

  @rule:user.create.duplicate-error
  Scenario: The refusal of a user name that is taken says so
    Given a user
    When Entra creates another user with the same user name
    Then the answer is a SCIM error for 409 of type "uniqueness"

  @rule:user.create.duplicate-disabled
  Scenario: The user name of a disabled user is taken
    Given a disabled user
    When Entra creates another user with the same user name
    Then the answer is 409

  @rule:user.create.duplicate-unchanged
  Scenario: A refused create leaves the user that is there alone
    Given a user
    When Entra creates another user with the same user name
    Then the first user is unchanged, and the only one of this name

  @rule:user.create.race
  Scenario: Of several creates of one user at once, one wins
    When Entra creates the same user five times at once
    Then one user of this name exists

  @rule:user.create.parallel
  Scenario: Several users are created and deleted at once
    When Entra creates five users at once
    Then all five are created, each under an id of its own
