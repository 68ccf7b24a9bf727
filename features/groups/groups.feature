@groups
Feature: Creating, renaming and deleting groups

  Entra looks a group up by its name, without members, creates it empty, and fills it afterwards. It never reads
  members back: what the app gets wrong stays wrong.

  @rule:group.create.accepted
  Scenario: A group is created
    When Entra creates a group
    Then the group is created with the name and external id that were sent

  @rule:group.create.microsoft-schema
  Scenario: Microsoft's own schema beside the core one does no harm
    When Entra creates a group that names Microsoft's schema too
    Then the group is created with the name and external id that were sent

  @rule:group.create.empty-members
  Scenario: A group is created with an empty list of members
    When Entra creates a group with an empty list of members
    Then the group is created with the name and external id that were sent

  @rule:group.create.with-member
  Scenario: A group is created with a member
    Given a user
    When a client creates a group with the user as its member
    Then the user is a member of the group

  @rule:group.create.duplicate
  Scenario: A group name that is taken is refused
    Given a group
    When Entra creates another group of the same name
    Then the answer is 409

  @rule:group.create.without-name
  Scenario: A group without a name is refused
    When Entra creates a group without a name
    Then it is refused as invalid

  @rule:group.read.by-id
  Scenario: A group is read by its id
    Given a created group
    When Entra reads the group
    Then the answer is the group with this id

  @rule:group.read.without-members
  Scenario: A group that is read without members has none in the answer
    Given a user
    And a group with this user as a member
    When Entra reads the group without its members
    Then the answer is the group, and no members are in it

  @rule:group.read.members
  Scenario: A group that is read as a whole has its members
    Given a user
    And a group with this user as a member
    When a client reads the whole group
    Then the answer has the user among the members, by its id

  @rule:group.read.unknown
  Scenario: Reading a group that is gone answers 404
    Given a deleted group
    When Entra reads the group
    Then the answer is 404

  @rule:group.query.by-name
  Scenario: A group is found by its name
    Given a group
    And another group
    When Entra looks the group up by its name
    Then exactly this group is found

  @rule:group.query.by-external-id
  Scenario: A group is found by its external id
    Given a group
    And another group
    When Entra looks the group up by its external id
    Then exactly this group is found

  @rule:group.query.case-insensitive
  Scenario: A group is found by its name in other letters
    Given a group
    When Entra looks the group up by its name in capitals
    Then exactly this group is found

  @rule:group.query.without-members
  Scenario Outline: A look-up without members has none in the answer, with the parameter <place>
    Given a user
    And a group with this user as a member
    When Entra looks the group up with the members excluded <place>
    Then exactly this group is found, and no members are in it

    Examples:
      | place            |
      | before the filter |
      | after the filter  |

  @rule:group.rename.dialect
  Scenario Outline: A group is renamed in the <dialect> dialect
    Given a group
    When Entra renames the group in the <dialect> dialect
    Then the group is found by its new name, and no longer by the old one

    Examples:
      | dialect |
      | legacy  |
      | flag    |

  @rule:group.rename.keeps-members
  Scenario Outline: A group that is renamed in the <dialect> dialect keeps its members
    Given a user
    And a group with this user as a member
    When Entra renames the group in the <dialect> dialect
    Then the user is still a member of the group

    Examples:
      | dialect |
      | legacy  |
      | flag    |

  @rule:group.external-id.change
  Scenario: The external id of a group is changed without a path
    Given a group
    When Entra changes the external id of the group without a path
    Then the group reads back with the new external id

  @rule:group.patch.answer
  Scenario: The answer to a change of a group is the group, or nothing
    Given a group
    When Entra renames the group in the legacy dialect
    Then the answer is 200 with the group or 204 without a body

  @rule:group.patch.unknown-id
  Scenario: A change of a group that is gone answers 404
    Given a deleted group
    When Entra renames the group in the legacy dialect
    Then the answer is 404

  @rule:group.delete.accepted
  Scenario: A group is deleted
    Given a group
    When Entra deletes the group
    Then the answer is 204 without a body

  @rule:group.delete.gone
  Scenario: A deleted group is gone from reads and look-ups
    Given a group
    When Entra deletes the group
    Then neither a read nor a look-up finds the group

  @rule:group.delete.twice
  Scenario: Deleting a deleted group answers 404
    Given a deleted group
    When Entra deletes the group
    Then the answer is 404

  @rule:group.delete.keeps-users
  Scenario: The members of a deleted group are left alone
    Given a user
    And a group with this user as a member
    When Entra deletes the group
    Then the user is still there, and active

  @rule:group.delete.recreate
  Scenario: A deleted group is created again
    Given a deleted group
    When Entra creates another group of the same name
    Then a group with another id is created
