@users
Feature: Changing users

  Whatever changes in the directory reaches the app as a PATCH, in one of Entra's two dialects. A server that takes half
  of them answers 200 and stays wrong: nobody notices until a person asks.

  @rule:user.patch.replace
  Scenario: An attribute is replaced by the plainest request
    Given a user
    When a client replaces the user's family name in plain words
    Then the user reads back with the new value

  @rule:user.patch.answer
  Scenario: The answer to a change is the user, or nothing
    Given a user
    When a client replaces the user's family name in plain words
    Then the answer is 200 with the user or 204 without a body

  @rule:user.patch.answer-state
  Scenario: The answer to a change shows the new state
    Given a user
    When a client replaces the user's family name in plain words
    Then the answer, if it has a body, equals the user that is read

  @rule:user.patch.operation-case
  Scenario Outline: The operation <op> is understood
    Given a user
    When Entra changes the user's family name by the operation <op>
    Then the user reads back with the new value

    Examples:
      | op      |
      | Add     |
      | add     |
      | ADD     |
      | Replace |
      | replace |
      | REPLACE |

  @rule:user.patch.member-order
  Scenario: The members of an operation come in another order, with one that nobody knows
    Given a user
    When a client changes the user's family name with value before path before op
    Then the user reads back with the new value

  @rule:user.patch.schemas-last
  Scenario: schemas stands after Operations
    Given a user
    When a client changes the user's family name with schemas at the end
    Then the user reads back with the new value

  @rule:user.patch.simple-attribute
  Scenario Outline: <attribute> is replaced in the <dialect> dialect
    Given a user as Entra creates it
    When Entra replaces <attribute> of the user in the <dialect> dialect
    Then the user reads back with the new value

    Examples:
      | attribute         | dialect |
      | displayName       | legacy  |
      | displayName       | flag    |
      | title             | legacy  |
      | title             | flag    |
      | preferredLanguage | legacy  |
      | preferredLanguage | flag    |
      | externalId        | legacy  |
      | externalId        | flag    |
      | name.givenName    | legacy  |
      | name.givenName    | flag    |
      | name.formatted    | legacy  |
      | name.formatted    | flag    |

  @rule:user.patch.add-attribute
  Scenario Outline: <attribute> is added in the <dialect> dialect
    Given a user as Entra creates it
    When Entra adds <attribute> of the user in the <dialect> dialect
    Then the user reads back with the new value

    Examples:
      | attribute      | dialect |
      | nickName       | legacy  |
      | nickName       | flag    |
      | userType       | legacy  |
      | userType       | flag    |

  @rule:user.patch.add-over-value
  Scenario Outline: Adding <attribute> to a user who has one replaces it
    Given a user as Entra creates it
    When Entra adds <attribute> of the user in the <dialect> dialect
    Then the user reads back with the new value

    Examples:
      | attribute       | dialect |
      | title           | legacy  |
      | title           | flag    |
      | name.familyName | legacy  |
      | name.familyName | flag    |

  @rule:user.patch.name-siblings
  Scenario: Changing one part of the name keeps the others
    Given a user as Entra creates it
    When Entra replaces name.givenName of the user in the legacy dialect
    Then the other parts of the name are as before

  @rule:user.patch.value-path
  Scenario: The work address is changed in place
    Given a user as Entra creates it
    When Entra replaces emails[type eq "work"].value of the user in the legacy dialect
    Then the user has one such element with the new value, its type and primary as before

  @rule:user.patch.value-path-attribute
  Scenario Outline: <path> is replaced
    Given a user as Entra creates it
    When Entra replaces <path> of the user in the legacy dialect
    Then the user reads back with the new value

    Examples:
      | path                                  |
      | phoneNumbers[type eq "work"].value    |
      | phoneNumbers[type eq "mobile"].value  |
      | addresses[type eq "work"].formatted   |
      | addresses[type eq "work"].country     |

  @rule:user.patch.value-path-add-absent
  Scenario Outline: <path> is added where there is none
    Given a user
    When Entra adds <path> of the user in the legacy dialect
    Then the user has one such element with the new value

    Examples:
      | path                                 |
      | phoneNumbers[type eq "mobile"].value |
      | addresses[type eq "work"].locality   |

  @rule:user.patch.value-path-replace-absent
  Scenario Outline: <path> is replaced where there is none
    Given a user
    When Entra replaces <path> of the user in the legacy dialect
    Then the user has one such element with the new value

    Examples:
      | path                               |
      | phoneNumbers[type eq "work"].value |
      | addresses[type eq "work"].country  |

  @rule:user.patch.value-path-keeps-others
  Scenario: Adding a mobile number keeps the number at work
    Given a user with a work number
    When Entra adds phoneNumbers[type eq "mobile"].value of the user in the legacy dialect
    Then the user reads back with both numbers

  @rule:user.patch.value-path-one-element
  Scenario: Two parts of a new address make one address
    Given a user
    When Entra adds town and country of a work address that is not there
    Then the user has one work address with both

  @rule:user.patch.primary-moves
  Scenario: Another address becomes the primary one
    Given a user with two addresses
    When Entra makes the home address the primary one
    Then only the home address is primary

  @rule:user.patch.enterprise
  Scenario Outline: The department is changed in the <dialect> dialect
    Given a user as Entra creates it
    When Entra replaces urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department of the user in the <dialect> dialect
    Then the user reads back with the new value, inside the enterprise extension

    Examples:
      | dialect |
      | legacy  |
      | flag    |

  @rule:user.patch.enterprise-first
  Scenario Outline: A user without the enterprise extension gets a cost centre in the <dialect> dialect
    Given a user
    When Entra adds urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter of the user in the <dialect> dialect
    Then the user reads back with the new value, inside the enterprise extension

    Examples:
      | dialect |
      | legacy  |
      | flag    |

  @rule:user.patch.enterprise-schemas
  Scenario: The first enterprise attribute brings its URN into schemas
    Given a user
    When Entra adds urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter of the user in the legacy dialect
    Then schemas names the enterprise extension

  @rule:user.patch.custom-extension
  Scenario Outline: An attribute of the app's own extension is changed in the <dialect> dialect
    Given a user
    When Entra sets an attribute of the app's own extension in the <dialect> dialect
    Then the user reads back with the new value

    Examples:
      | dialect |
      | legacy  |
      | flag    |

  @rule:user.patch.pathless-replace
  Scenario: A replace without a path expands dotted and URN keys
    Given a user as Entra creates it
    When Entra replaces display name, given name and department in one object
    Then the user reads back with the new values, and no key is taken literally

  @rule:user.patch.pathless-add
  Scenario: An add without a path expands dotted keys
    Given a user
    When Entra adds display name, title and formatted name in one object
    Then the user reads back with the new values, and no key is taken literally

  @rule:user.patch.pathless-nested
  Scenario: A replace without a path and with a nested name keeps the rest of the name
    Given a user as Entra creates it
    When a client replaces the name by a nested object with a given name alone
    Then the other parts of the name are as before

  @rule:user.patch.rename
  Scenario Outline: A user is renamed in the <dialect> dialect
    Given a user
    When Entra renames the user in the <dialect> dialect
    Then the user is found by its new name under its old id, and no longer by the old name

    Examples:
      | dialect |
      | legacy  |
      | flag    |

  @rule:user.patch.rename-and-disable
  Scenario: A user is renamed and disabled in one request
    Given a user
    When Entra renames and disables the user in one request
    Then the user reads back with the new name, inactive

  @rule:user.patch.rename-keeps-active
  Scenario: A renamed user stays active
    Given a user
    When Entra renames the user in the legacy dialect
    Then the user reads back as active

  @rule:user.patch.rename-taken
  Scenario: A user cannot take the name of another
    Given a user
    And another user
    When Entra renames the user to the name of the other user
    Then the change is refused as not unique, and the user keeps its name

  @rule:user.patch.several-operations
  Scenario: Every operation of a request is carried out
    Given a user as Entra creates it
    When Entra changes display name, family name, title and work number in the legacy dialect
    Then the user reads back with the new values

  @rule:user.patch.order
  Scenario: Forty operations are carried out in order
    Given a user
    When Entra sends forty operations on family and given name
    Then the user reads back with the new values

  @rule:user.patch.atomic
  Scenario: A request with one bad operation changes nothing
    Given a user
    And another user
    When Entra changes given and family name and takes the name of the other user in one request
    Then the request is refused, and the user is as before

  @rule:user.patch.active-spelling
  Scenario Outline: active is understood as <spelling>
    Given a user
    When Entra disables the user by "<spelling>"
    Then the user reads back as inactive

    Examples:
      | spelling              |
      | boolean-under-Replace |
      | lower-case-string     |
      | path-less             |

  @rule:user.patch.remove
  Scenario: An attribute is removed
    Given a user as Entra creates it
    When Entra removes title of the user
    Then the title is gone

  @rule:user.patch.remove-absent
  Scenario: Removing what is not there succeeds
    Given a user
    When Entra removes title of the user
    Then the request succeeds

  @rule:user.patch.remove-with-value
  Scenario: A remove that carries a value removes
    Given a user with a work number
    When Entra removes the work number and names it as a value
    Then the work number is gone

  @rule:user.patch.remove-required
  Scenario: The user name cannot be removed
    Given a user
    When Entra removes userName of the user
    Then the request is refused, and the user keeps its name

  @rule:user.patch.unknown-id
  Scenario: A change of an id that is gone answers 404
    Given a deleted user
    When a client replaces the user's family name in plain words
    Then the answer is 404

  @rule:user.patch.unknown-path
  Scenario: A path that nobody knows does no harm
    Given a user
    When Entra replaces shoeSize of the user in the legacy dialect
    Then the answer is 400, or a success that changes nothing

  @rule:user.patch.unknown-beside-known
  Scenario: A path that nobody knows beside a good one is passed over, or named in the refusal
    Given a user
    When Entra changes family name and shoe size in one request
    Then the family name is new, or the refusal names the shoe size

  @rule:user.patch.same-value
  Scenario: A change to the value that is there succeeds
    Given a user
    When Entra sends the family name that the user has
    Then the request succeeds

  @rule:user.patch.id
  Scenario: The id cannot be changed
    Given a user
    When Entra replaces the user's id
    Then the change is refused, and the user keeps its id

  @rule:user.patch.path-case
  Scenario Outline: The path <path> is understood
    Given a user as Entra creates it
    When Entra replaces <path> of the user in the legacy dialect
    Then the user reads back with the new value

    Examples:
      | path                                                                   |
      | DisplayName                                                            |
      | NAME.familyname                                                        |
      | Emails[Type eq "work"].Value                                           |

  @rule:user.patch.urn-case
  Scenario: The URN of a path is understood in other letters
    Given a user as Entra creates it
    When Entra replaces URN:IETF:params:scim:schemas:extension:enterprise:2.0:User:Department of the user in the legacy dialect
    Then the user reads back with the new value

  @rule:user.patch.core-urn
  Scenario Outline: The path <path> with the URN of the core schema is understood
    Given a user as Entra creates it
    When Entra replaces <path> of the user in the legacy dialect
    Then the user reads back with the new value

    Examples:
      | path                                                                    |
      | urn:ietf:params:scim:schemas:core:2.0:User:name.familyName              |
      | urn:ietf:params:scim:schemas:core:2.0:User:emails[type eq "work"].value |

  @rule:user.patch.visible-in-list
  Scenario: A change is seen at once in a look-up
    Given a user
    When a client replaces the user's family name in plain words
    Then a look-up shows the new value

  @rule:user.patch.times
  Scenario: A change moves the time of the last change alone
    Given a user
    When a client replaces the user's family name in plain words after a second
    Then lastModified is later than before, and created is the same

  @rule:user.manager.set
  Scenario Outline: A manager is set as <spelling>
    Given a user
    And another user
    When Entra sets the other user as the manager by "<spelling>"
    Then the manager reads back as an object inside the enterprise extension

    Examples:
      | spelling          |
      | manager-string    |
      | manager-object    |

  @rule:user.manager.set-value
  Scenario: A manager is set by the path of its value
    Given a user
    And another user
    When Entra sets the other user as the manager by "manager-value"
    Then the manager reads back as an object inside the enterprise extension

  @rule:user.manager.set-pathless
  Scenario: A manager is set without a path
    Given a user
    And another user
    When Entra sets the other user as the manager by "manager-path-less"
    Then the manager reads back as an object inside the enterprise extension

  @rule:user.manager.set-array
  Scenario: A manager is set as a list of one
    Given a user
    And another user
    When Entra sets the other user as the manager by "manager-array"
    Then the manager reads back as an object inside the enterprise extension

  @rule:user.manager.change
  Scenario: A manager is replaced by another
    Given a user with a manager
    When Entra sets a new manager
    Then the new manager reads back

  @rule:user.manager.remove
  Scenario Outline: A manager is removed by <spelling>
    Given a user with a manager
    When Entra removes the manager by "<spelling>"
    Then the user has no manager

    Examples:
      | spelling                |
      | no-manager-remove       |
      | no-manager-empty-string |

  @rule:user.manager.remove-empty-value
  Scenario: A manager is removed by an object with an empty value
    Given a user with a manager
    When Entra removes the manager by "no-manager-empty-value"
    Then the user has no manager
