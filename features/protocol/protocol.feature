@protocol
Feature: Standing up to odd requests

  What Entra and other clients send is not always what a server expects. It must not leak, mix things up or fall over.

  @rule:protocol.id-of-one-kind
  Scenario: The id of a user is no group's
    Given a user
    When a client reads a group under the id of the user
    Then no group is found there

  @rule:protocol.token-in-address
  Scenario: A token in the address opens nothing
    Given a user
    When somebody asks for users with the token in the address
    Then the request is refused as not authenticated

  @rule:protocol.accept
  Scenario Outline: An answer comes whatever kind is asked for: <accept>
    Given a user
    When a client reads the user and accepts <accept>
    Then the answer is the user with this id

    Examples:
      | accept                |
      | application/scim+json |
      | application/json      |
      | */*                   |

  @rule:protocol.long-path
  Scenario Outline: A path that is <what> is refused in time
    Given a user
    When a client changes the user by a path that is <what>
    Then it is refused as invalid, within five seconds

    Examples:
      | what                       |
      | sixteen thousand dots long |
      | full of open brackets      |

  @rule:protocol.long-filter
  Scenario: A filter of many brackets is refused in time
    When a client asks for users by a filter of many brackets
    Then it is refused as invalid, within five seconds

  @rule:group.query.member-reference
  Scenario Outline: Entra asks whether a group has this member
    Given a user
    And a group with this user as a member
    When Entra asks whether the member of the group is <who>
    Then <result>

    Examples:
      | who           | result                  |
      | this user     | only the group is found |
      | somebody else | nobody is found         |

  @rule:user.manager.remove-by-filter
  Scenario: A manager is removed by a filter on its id
    Given a user with a manager
    When Entra removes the manager by a filter on its id
    Then the user has no manager

  @rule:user.manager.circle
  Scenario: Two users who manage each other can be read
    Given a user with a manager
    When Entra makes the user the manager of its manager
    Then both can be read, and found by their names

  @rule:user.manager.deleted
  Scenario: A user whose manager was deleted can be read
    Given a user with a manager
    When Entra deletes the manager
    Then the user can be read, and found by its name

  @rule:user.manager.unknown
  Scenario: A manager who is gone is refused or stored, without a crash
    Given a deleted user
    And another user
    When Entra makes the deleted user the manager of the other
    Then the answer is a success, or says that the manager is unknown
