@groups
Feature: Adding and removing members

  Membership is what opens doors in the app. Entra sends each change once and never reads members back, so a member who
  is lost, doubled or left over stays so. The removal by a list of values is where servers empty whole groups.

  @rule:group.members.add-one
  Scenario: A member is added in plain words
    Given a user
    And a group
    When a client adds the user to the group in plain words
    Then the user is a member of the group

  @rule:group.members.add-dialect
  Scenario Outline: A member is added in the <dialect> dialect
    Given a user
    And a group
    When Entra adds the user to the group in the <dialect> dialect
    Then the user is a member of the group

    Examples:
      | dialect |
      | legacy  |
      | flag    |

  @rule:group.members.add-answer
  Scenario: Adding a member is answered as a success
    Given a user
    And a group
    When Entra adds the user to the group in the legacy dialect
    Then the request succeeds

  @rule:group.members.add-several
  Scenario Outline: <n> members are added in one operation
    Given <n> users
    And a group
    When Entra adds all of them to the group in one operation
    Then the group has exactly these members

    Examples:
      | n  |
      | 2  |
      | 20 |

  @rule:group.members.add-several-operations
  Scenario: Several members are added by several operations
    Given 3 users
    And a group
    When Entra adds all of them to the group, one operation each
    Then the group has exactly these members

  @rule:group.members.add-keeps-others
  Scenario: Adding a member keeps the others
    Given 3 users
    And a group with all of them
    And another user
    When Entra adds the other user to the group in the legacy dialect
    Then the group has these members and the other user

  @rule:group.members.add-to-large
  Scenario: A member is added to a group of thirty
    Given 30 users
    And a group with all of them
    And another user
    When Entra adds the other user to the group in the legacy dialect
    Then the group has these members and the other user

  @rule:group.members.add-twice
  Scenario: Adding a member again succeeds
    Given a user
    And a group with this user as a member
    When Entra adds the user to the group in the legacy dialect
    Then the request succeeds

  @rule:group.members.add-twice-once
  Scenario: A member who is added again is there once
    Given a user
    And a group with this user as a member
    When Entra adds the user to the group in the legacy dialect
    Then the group has exactly this member

  @rule:group.members.add-unknown
  Scenario: Adding somebody who is gone is refused, without a crash
    Given a deleted user
    And a group
    When Entra adds the user to the group in the legacy dialect
    Then it is refused as invalid or not found, or the member is not there

  @rule:group.members.add-unknown-creates-nobody
  Scenario: Adding somebody who is gone creates nobody
    Given a deleted user
    And a group
    When Entra adds the user to the group in the legacy dialect
    Then nobody has the name or the id of the user

  @rule:group.members.parallel
  Scenario: Members who are added at the same time are all there
    Given 8 users
    And a group
    When Entra adds all of them to the group at the same time
    Then every one whose addition succeeded is a member

  @rule:group.members.remove-by-value-array
  Scenario Outline: One of three members is removed by <spelling>
    Given 3 users
    And a group with all of them
    When Entra removes the first from the group by "<spelling>"
    Then the group has all but the first

    Examples:
      | spelling                       |
      | remove-by-value-array          |
      | remove-by-value-array-with-ref |

  @rule:group.members.remove-several-by-value-array
  Scenario: Three of five members are removed by a list of values
    Given 5 users
    And a group with all of them
    When Entra removes the first 3 from the group by a list of values
    Then the group has all but the first 3

  @rule:group.members.remove-by-value-path
  Scenario: One of three members is removed by a value path
    Given 3 users
    And a group with all of them
    When Entra removes the first from the group by "remove-by-value-path"
    Then the group has all but the first

  @rule:group.members.remove-several-by-value-path
  Scenario: Two of four members are removed by two value paths
    Given 4 users
    And a group with all of them
    When Entra removes the first 2 from the group by value paths
    Then the group has all but the first 2

  @rule:group.members.remove-all
  Scenario: All members are removed by a remove without a value
    Given 3 users
    And a group with all of them
    When Entra removes all members from the group
    Then the group has no members

  @rule:group.members.remove-non-member
  Scenario: Removing somebody who is no member succeeds and removes nobody
    Given 2 users
    And a group with all of them
    And another user
    When Entra removes the other user from the group by a list of values
    Then the request succeeds, and the group has exactly these members

  @rule:group.members.replace
  Scenario: The members are replaced by a list
    Given 3 users
    And a group with all of them
    And another user
    When a client replaces the members by the other user
    Then the group has the other user alone

  @rule:group.members.replace-empty
  Scenario: The members are replaced by an empty list
    Given 3 users
    And a group with all of them
    When a client replaces the members by an empty list
    Then the group has no members

  @rule:group.members.replace-unknown
  Scenario: Replacing the members by somebody who is gone does not empty the group
    Given a deleted user
    And 2 users
    And a group with all of them
    When a client replaces the members by the deleted user
    Then it is refused and the members are kept, or it is stored as asked

  @rule:group.members.add-and-remove
  Scenario: A member is added and removed in one request
    Given 2 users
    And a group with all of them
    And another user
    When a client adds the other user and removes it again in one request
    Then the group has exactly these members

  @rule:group.members.value-is-id
  Scenario: A member is shown by its id
    Given a user
    And a group with this user as a member
    When a client reads the whole group
    Then the member's reference, where there is one, leads to the user

  @rule:group.members.user-groups
  Scenario: The groups of a user mirror its memberships
    Given a user
    And a group with this user as a member
    When Entra reads the user
    Then the groups of the user, where they are shown, hold the group
