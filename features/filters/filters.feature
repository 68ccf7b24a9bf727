@filters
Feature: Understanding filters

  A filter decides who is who. A server that cuts it, ignores it or reads a value as a condition returns somebody else,
  and Entra overwrites that person.

  @rule:filter.encoding
  Scenario Outline: A filter encoded with <encoding> is understood
    Given a user named "o'neil+tug"
    And another user
    When Entra looks the user up with a filter encoded with <encoding>
    Then exactly this user is found

    Examples:
      | encoding                    |
      | %20 for blanks              |
      | + for blanks                |
      | a raw at sign               |
      | lower-case escapes          |

  @rule:filter.operator-case
  Scenario Outline: The operator <operator> is understood
    Given a user
    And another user
    When Entra looks the user up by its user name with the operator <operator>
    Then exactly this user is found

    Examples:
      | operator |
      | EQ       |
      | Eq       |

  @rule:filter.attribute-case
  Scenario Outline: The attribute <attribute> is understood
    Given a user
    And another user
    When Entra looks the user up by the attribute <attribute>
    Then exactly this user is found

    Examples:
      | attribute |
      | username  |
      | USERNAME  |

  @rule:filter.external-id-exact
  Scenario: External ids are compared exactly
    Given a user with an external id in mixed case
    When Entra looks the user up by its external id in lower case
    Then nobody is found

  @rule:filter.special-characters
  Scenario Outline: A name with <name> is found
    Given a user named "<name>"
    And another user
    When Entra looks the user up by its user name
    Then exactly this user is found

    Examples:
      | name         |
      | o'neil       |
      | a+b          |
      | x#y          |
      | zoë          |
      | a.b-c_d      |
      | rock and roll |
      | (brackets)   |
      | 100%         |

  @rule:filter.special-group-name
  Scenario Outline: A group named <name> is found
    Given a group named "<name>"
    When Entra looks the group up by its name
    Then exactly this group is found

    Examples:
      | name                 |
      | Research and Design  |
      | Yes or No            |
      | O'Neil & Sons        |
      | Crew-(north)         |
      | 50 % + 1             |

  @rule:filter.escaped-quote
  Scenario: A group with quotes in its name is found
    Given a group named with quotes and a backslash
    When Entra looks the group up by its name
    Then exactly this group is found

  @rule:filter.star-is-no-wildcard
  Scenario: A star in a value stands for itself
    Given a user
    When Entra looks up a user name with a star at its end
    Then nobody is found

  @rule:filter.prefix-is-no-match
  Scenario: The beginning of a name is not the name
    Given a user
    When Entra looks up the beginning of the user's name
    Then nobody is found

  @rule:filter.value-is-no-condition
  Scenario: A value that looks like a condition is a value
    Given a user
    When Entra looks up a user name that looks like a condition
    Then nobody is found, or the filter is refused

  @rule:filter.unquoted-value
  Scenario: A value without quotes is refused
    Given a user
    When a client looks up a user name without quotes
    Then nobody is found, or the filter is refused

  @rule:filter.enterprise-attribute
  Scenario: An enterprise attribute is filtered by with its URN
    Given a user with a personnel number of its own
    And another user
    When Entra looks the user up by its personnel number
    Then exactly this user is found

  @rule:filter.work-email-rfc
  Scenario: The work address is filtered by in the RFC's notation
    Given a user
    And another user
    When a client looks the user up by type and value of its address in brackets
    Then exactly this user is found

  @rule:filter.any-email
  Scenario Outline: The <type> address finds the user
    Given a user with two addresses
    When a client looks the user up by its <type> address without a type
    Then exactly this user is found

    Examples:
      | type |
      | work |
      | home |

  @rule:filter.and
  Scenario Outline: Two conditions hold together, <order>
    Given a user
    And another user
    When Entra looks up name and external id of <whom>, <order>
    Then <result>

    Examples:
      | whom              | order               | result             |
      | the user          | name first          | only the user is found |
      | the user          | external id first   | only the user is found |
      | different users   | name first          | nobody is found    |

  @rule:filter.list-numbers
  Scenario: A list tells where it begins and how long it is
    Given a user
    When Entra looks the user up by its user name
    Then the list has startIndex and itemsPerPage as numbers

  @rule:filter.unsupported
  Scenario Outline: A filter with <what> is refused or finds nobody
    Given a user
    When a client sends a filter with <what>
    Then nobody is found, or the filter is refused

    Examples:
      | what                  |
      | an unknown operator   |
      | an unknown attribute  |
      | half a condition      |

  @rule:filter.unsupported-error
  Scenario: A filter that cannot be read is refused with 400
    When a client sends a filter with half a condition
    Then the answer is a SCIM error for 400

  @rule:filter.two-hits
  Scenario: Two hits are both returned
    Given two users with the same display name
    When a client looks up the display name
    Then both users are found

  @rule:filter.active
  Scenario: A filter on active tells the truth after a change
    Given a disabled user
    When a client looks the user up by its name among the active users
    Then nobody is found

  @rule:filter.later-resources
  Scenario: A user is found however many there are before it
    Given 25 users
    When Entra looks up the last of them
    Then the last of them is found
