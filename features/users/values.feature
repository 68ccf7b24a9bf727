@users
Feature: Clearing values, lists and roles

  Expressions of a mapping can yield nothing, and Microsoft's tests clear every optional attribute. Lists of addresses and
  roles are written element by element, or as a whole.

  @rule:user.clear.empty-string
  Scenario Outline: <attribute> is cleared by an empty string
    Given a user as Entra creates it
    When Entra replaces <attribute> of the user by an empty string
    Then <attribute> of the user is empty or gone

    Examples:
      | attribute         |
      | title             |
      | displayName       |
      | name.givenName    |
      | preferredLanguage |

  @rule:user.clear.null
  Scenario Outline: <attribute> is cleared by null
    Given a user as Entra creates it
    When Entra replaces <attribute> of the user by null
    Then <attribute> of the user is gone

    Examples:
      | attribute         |
      | title             |
      | displayName       |
      | name.givenName    |
      | preferredLanguage |

  @rule:user.clear.empty-list
  Scenario: Numbers are cleared by an empty list
    Given a user with a work number
    When a client replaces the numbers by an empty list
    Then the work number is gone

  @rule:user.patch.readd-keeps-primary
  Scenario: Adding an address that is there changes nothing
    Given a user with two addresses
    When a client adds the work address once more, without saying that it is primary
    Then the addresses are as before

  @rule:user.clear.value-path
  Scenario: A number is cleared through a value path
    Given a user with a work number
    When Entra replaces phoneNumbers[type eq "work"].value of the user by an empty string
    Then the request succeeds

  @rule:user.clear.pathless
  Scenario Outline: Several attributes are cleared without a path by <nothing>
    Given a user as Entra creates it
    When Entra clears title, given name and department in one object by <nothing>
    Then title, given name and department of the user are empty or gone

    Examples:
      | nothing          |
      | an empty string  |
      | null             |

  @rule:user.patch.name-object
  Scenario: Replacing the name by an object keeps what the object does not name
    Given a user as Entra creates it
    When a client replaces the path name by an object with a given name alone
    Then the other parts of the name are as before

  @rule:user.patch.remove-without-path
  Scenario: A remove without a path removes nothing
    Given a user as Entra creates it
    When a client sends a remove without a path
    Then the request is refused, and the user keeps its name

  @rule:user.patch.remove-element
  Scenario: Removing one number keeps the other
    Given a user as Entra creates it
    When a client removes the mobile number by a value path
    Then the user has the work number alone

  @rule:user.patch.replace-list
  Scenario Outline: Replacing the addresses <how> leaves the new ones only
    Given a user with two addresses
    When a client replaces all addresses <how> by one
    Then the user has this one address

    Examples:
      | how            |
      | with a path    |
      | without a path |

  @rule:user.patch.add-list
  Scenario Outline: Adding a number <how> keeps the other
    Given a user with a work number
    When a client adds a list with a mobile number <how>
    Then the user reads back with both numbers

    Examples:
      | how            |
      | with a path    |
      | without a path |

  @rule:user.patch.primary-literal
  Scenario: The primary address is changed by the boolean that says so
    Given a user with two addresses
    When Entra replaces the address that is primary
    Then the work address is new, and the home address is as before

  @rule:user.patch.sequence
  Scenario: Remove, add and replace of one attribute end with the last value
    Given a user as Entra creates it
    When Entra removes, adds and replaces the title in one request
    Then the user reads back with the new value

  @rule:user.patch.type-case
  Scenario: The type in a value path is understood in other letters
    Given a user as Entra creates it
    When Entra replaces emails[type eq "Work"].value of the user in the legacy dialect
    Then the user has one such element with the new value

  @rule:user.patch.one-of-a-type
  Scenario: A value path that is added twice makes one element
    Given a user
    When Entra adds a mobile number by a value path twice
    Then the user has one such element with the new value

  @rule:user.patch.repeat
  Scenario: A change that is sent again leaves the same state
    Given a user as Entra creates it
    When Entra sends the same change twice
    Then the user reads back with the new values

  @rule:user.patch.parallel
  Scenario: Changes of several users at the same time are all kept
    Given 8 users
    When Entra changes all of them at the same time
    Then each of them has its own new value

  @rule:user.patch.id-stable
  Scenario: The id is the same through every change
    Given a user
    When Entra renames the user, changes its external id, disables and enables it
    Then the user is still read under its id

  @rule:user.roles.single
  Scenario: A role is stored with the user
    When Entra creates a user with a single role
    Then the user has this one role

  @rule:user.roles.by-primary
  Scenario: A role is set by the path of the primary one
    Given a user
    When Entra adds a role by the path of the primary one
    Then the user has this one role, primary as a boolean

  @rule:user.roles.replaced
  Scenario: Replacing the roles leaves exactly the new ones
    Given a user with two roles
    When Entra replaces the roles by another
    Then the user has this one role

  @rule:user.roles.opaque
  Scenario: A role that is JSON in a string is taken
    Given a user
    When Entra adds a role that is JSON in a string
    Then the request succeeds
