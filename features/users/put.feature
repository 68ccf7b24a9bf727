@users
Feature: Replacing users

  Entra changes by PATCH. Other clients of the same API, Microsoft's older collection among them, replace whole users;
  what they may expect is the RFC's.

  @rule:user.put.replaces
  Scenario: A user is replaced
    Given a user
    When a client replaces the user with a new display name and title
    Then the answer is 200, and the user reads back with what was sent

  @rule:user.put.without-username
  Scenario: A user cannot be replaced by one without a name
    Given a user
    When a client replaces the user without a user name
    Then the request is refused, and the user keeps its name

  @rule:user.put.unknown-attribute
  Scenario: An attribute that nobody knows is ignored
    Given a user
    When a client replaces the user with a shoe size
    Then the answer is 200

  @rule:user.put.unknown-id
  Scenario: Replacing an id that is gone creates nobody
    Given a deleted user
    When a client replaces the user with a new display name and title
    Then the answer is 404, and nobody has the name

  @rule:user.put.read-only
  Scenario: What only the app may set is not obeyed
    Given a user
    When a client replaces the user with another id and times of 1999
    Then the user keeps its id and its time of creation

  @rule:user.put.clears
  Scenario: Nulls and empty lists clear
    Given a user with a work number
    When a client replaces the user with a title of null and an empty list of numbers
    Then neither title nor numbers are left

  @rule:user.put.taken
  Scenario: A user cannot be given the name of another
    Given a user
    And another user
    When a client replaces the user with the name of the other user
    Then the change is refused as not unique, and the user keeps its name

  @rule:group.put.members
  Scenario: The members of a group are replaced
    Given 3 users
    And a group with all of them
    And another user
    When a client replaces the group with the other user as its member
    Then the group has the other user alone
