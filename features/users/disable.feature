@users
Feature: Disabling, re-enabling and deleting a user

  Entra does not delete a user who leaves its scope. It disables the user, expects every later look-up and read to say
  so, and enables the same user again on return. Only a user purged from the directory is deleted.

  @rule:user.disable.accepted
  Scenario: A user is disabled by the plainest request
    Given a user
    When Entra disables the user by "boolean-under-replace"
    Then the user reads back as inactive

  @rule:user.disable.dialect
  Scenario Outline: A user is disabled as Entra asks for it
    Given a user
    When Entra disables the user in the <dialect> dialect
    Then the user reads back as inactive

    Examples:
      | dialect |
      | legacy  |
      | flag    |

  @rule:user.disable.found-by-filter
  Scenario: A disabled user is still found by its user name, as inactive
    Given a disabled user
    When Entra looks the user up by its user name
    Then exactly this user is found, inactive

  @rule:user.disable.idempotent
  Scenario: A disabled user is disabled again
    Given a disabled user
    When Entra disables the user by "boolean-under-replace"
    Then the request succeeds

  @rule:user.disable.keeps-data
  Scenario: Disabling and re-enabling leaves the other attributes alone
    Given a user
    When Entra disables the user and enables it again
    Then the user reads back as it was before

  @rule:user.disable.keeps-membership
  Scenario: Disabling and re-enabling leaves group memberships alone
    Given a user
    And a group with this user as a member
    When Entra disables the user and enables it again
    Then the user is still a member of the group

  @rule:user.disable.then-update
  Scenario: A disabled user takes a change of another attribute
    Given a disabled user
    When Entra replaces name.familyName of the user in the legacy dialect
    Then the user reads back with the new value

  @rule:user.enable.dialect
  Scenario Outline: A disabled user is enabled again as Entra asks for it
    Given a disabled user
    When Entra enables the user in the <dialect> dialect
    Then the user reads back as active

    Examples:
      | dialect |
      | legacy  |
      | flag    |

  @rule:user.active.always-returned
  Scenario: Whether a user is active is told in every answer
    Given a user
    When Entra disables the user by "boolean-under-replace"
    Then both the look-up and the read tell whether the user is active

  @rule:user.delete.accepted
  Scenario: A user is deleted
    Given a user
    When Entra deletes the user
    Then the answer is 204 without a body

  @rule:user.delete.not-found-by-id
  Scenario: A deleted user can no longer be read
    Given a user
    When Entra deletes the user
    Then reading the user answers 404

  @rule:user.delete.not-found-by-filter
  Scenario: A deleted user is no longer found by its user name
    Given a user
    When Entra deletes the user
    Then looking the user up by its user name finds nobody

  @rule:user.delete.twice
  Scenario: Deleting a deleted user answers 404
    Given a deleted user
    When Entra deletes the user
    Then the answer is 404

  @rule:user.delete.disabled
  Scenario: A disabled user is deleted
    Given a disabled user
    When Entra deletes the user
    Then reading the user answers 404

  @rule:user.delete.recreate
  Scenario: The user name of a deleted user can be taken again, under a new id
    Given a deleted user
    When Entra creates a user with the same user name
    Then a user with another id is created

  @rule:user.delete.leaves-groups
  Scenario: A deleted user vanishes from its groups
    Given a user
    And a group with this user as a member
    When Entra deletes the user
    Then the group has no members
