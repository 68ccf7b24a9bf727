@connection
Feature: Testing the connection

  "Test Connection" in Entra's portal, and the start of every cycle, look up a user that nobody has. The answer that
  Entra takes for a healthy app is an empty list. With a wrong token it wants to be refused, so that it can tell the
  admin about the credentials.

  @rule:connection.probe.users
  Scenario: The look-up of a user that nobody has finds nobody
    When Entra tests the connection
    Then nobody is found

  @rule:connection.probe.repeated
  Scenario: The same look-up holds for several users in a row and at the same time
    When Entra tests the connection five times in a row and five times at once
    Then every time nobody is found

  @rule:connection.probe.groups
  Scenario: The look-up of a group that nobody has finds nothing
    When Entra looks up a group that nobody has
    Then nobody is found

  @rule:connection.probe.tools
  Scenario Outline: The requests of Microsoft's onboarding tool succeed
    When Microsoft's onboarding tool asks for <what>
    Then the answer is 200

    Examples:
      | what             |
      | one user         |
      | one group        |
      | a missing user   |
      | the schemas      |

  @rule:connection.token.missing
  Scenario Outline: Without a token nothing is told
    Given a user
    When somebody asks for <what> without a token
    Then the request is refused as not authenticated

    Examples:
      | what   |
      | users  |
      | groups |

  @rule:connection.token.wrong
  Scenario Outline: With a wrong token nothing is told
    Given a user
    When somebody asks for <what> with a wrong token
    Then the request is refused as not authenticated

    Examples:
      | what   |
      | users  |
      | groups |

  @rule:connection.token.basic
  Scenario: With a user name and password nothing is told
    Given a user
    When somebody asks for users with a user name and password
    Then the request is refused as not authenticated

  @rule:connection.token.malformed
  Scenario: With a header that holds no token nothing is told
    Given a user
    When somebody asks for users with an empty token
    Then the request is refused as not authenticated or as malformed

  @rule:connection.token.write
  Scenario: With a wrong token nothing is changed
    Given a user
    When somebody changes the user with a wrong token
    Then the request is refused and the user is unchanged

  @rule:connection.token.challenge
  Scenario: A refusal says that a bearer token is wanted
    When somebody asks for users with a wrong token
    Then the refusal names the Bearer scheme

  @rule:connection.token.error
  Scenario: A refusal is a SCIM error
    When somebody asks for users with a wrong token
    Then the answer is a SCIM error for 401

  @rule:connection.unknown-parameter
  Scenario Outline: A parameter that the app does not know is ignored
    Given a user
    When Entra looks the user up with <parameter> in the address
    Then exactly this user is found

    Examples:
      | parameter             |
      | aadOptscim062020      |
      | aadOptscim062020=     |
      | tenant=quillhaven     |
