@users
Feature: Finding and reading users

  Before Entra writes anything it looks the user up by the matching attribute, and compares what it finds with the
  directory. Whom it does not find it creates; whom it finds wrongly it overwrites.

  @rule:user.query.by-username
  Scenario: A user is found by its user name
    Given a user
    And another user
    When Entra looks the user up by its user name
    Then exactly this user is found

  @rule:user.query.by-external-id
  Scenario: A user is found by its external id
    Given a user
    And another user
    When Entra looks the user up by its external id
    Then exactly this user is found

  @rule:user.query.by-work-email
  Scenario: A user is found by its work address
    Given a user
    And another user
    When Entra looks the user up by its work address
    Then exactly this user is found

  @rule:user.query.by-id
  Scenario: A user is found by its id
    Given a user
    And another user
    When Entra looks the user up by its id
    Then exactly this user is found

  @rule:user.query.case-insensitive
  Scenario: A user is found by its user name in other letters
    Given a user
    When Entra looks the user up by its user name in capitals
    Then exactly this user is found

  @rule:user.query.shared-external-id
  Scenario: Two users with the same external id are both found
    Given two users with the same external id
    When Entra looks the user up by its external id
    Then both users are found

  @rule:user.query.list-envelope
  Scenario: One hit still comes in a list
    Given a user
    When Entra looks the user up by its user name
    Then the answer is a list response with one entry

  @rule:user.query.complete
  Scenario: A look-up shows the user as a read does
    Given a user as Entra creates it
    When Entra looks the user up by its user name
    Then the user in the list equals the user that is read

  @rule:user.query.manager-reference
  Scenario Outline: Entra asks whether a user has this manager
    Given a user with a manager
    When Entra asks whether the user's manager is <who>
    Then <result>

    Examples:
      | who          | result                 |
      | this manager | only the user is found |
      | somebody else | nobody is found       |

  @rule:user.query.attributes
  Scenario: Only what is asked for is returned
    Given a user
    When Entra looks the user up and asks for its user name only
    Then the user comes with id and user name, without its name and addresses

  @rule:user.query.excluded-attributes
  Scenario: The id cannot be excluded
    Given a user
    When Entra looks the user up without its id and name
    Then the user comes with its id and user name, without its name

  @rule:user.query.attribute-notation
  Scenario Outline: Attributes are asked for in SCIM's notation
    Given a user with a department
    When Entra reads the user and asks for <attribute>
    Then only <attribute> is returned beside the minimum

    Examples:
      | attribute                                                             |
      | NAME.givenName                                                        |
      | urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department |

  @rule:user.read.by-id
  Scenario: A user is read by its id
    Given a created user
    When Entra reads the user
    Then the answer is the user with this id

  @rule:user.read.unknown
  Scenario: Reading an id that is gone answers 404
    Given a deleted user
    When Entra reads the user
    Then the answer is 404

  @rule:user.read.not-found-error
  Scenario: The answer for an id that is gone is a SCIM error
    Given a deleted user
    When Entra reads the user
    Then the answer is a SCIM error for 404

  @rule:user.read.disabled
  Scenario: A disabled user is read by its id
    Given a disabled user
    When Entra reads the user
    Then the answer is the user with this id, inactive

  @rule:user.read.nothing-invented
  Scenario: A user shows nothing that nobody gave it
    Given a user
    When Entra reads the user
    Then the user shows no address and no number that nobody gave it

  @rule:user.list.includes-inactive
  Scenario: A disabled user is in the list of all users
    Given a disabled user
    When Entra walks the list of all users
    Then the user is in the list

  @rule:user.password.never-returned
  Scenario: A password is never returned
    Given a user with a password
    When Entra looks the user up by its user name
    Then neither answer about the user holds its password
