@paging
Feature: Paging through long lists

  Account Discovery and Microsoft's tests read the app's users page by page. Whoever is missing on every page is created
  again; whoever is on two is linked twice.

  @rule:paging.start
  Scenario: A page begins where it was asked to
    Given 5 users of one display name
    When Entra reads page 2 of them, 2 a page
    Then the page begins at 3 and has 2 entries

  @rule:paging.count
  Scenario: A page has as many entries as were asked for
    Given 5 users of one display name
    When Entra reads page 1 of them, 3 a page
    Then the page begins at 1 and has 3 entries

  @rule:paging.total
  Scenario: Every page tells the same total
    Given 5 users of one display name
    When Entra walks through them, 2 a page
    Then every page tells the total of 5

  @rule:paging.walk
  Scenario: A walk meets everybody once
    Given 7 users of one display name
    When Entra walks through them, 2 a page
    Then each of them is met once

  @rule:paging.walk-all
  Scenario: A walk through all users meets everybody once
    Given 5 users of one display name
    When Entra walks through all users
    Then each of them is met once on the way

  @rule:paging.start-below-one
  Scenario Outline: A start of <start> is read as 1
    Given 5 users of one display name
    When Entra reads them from <start> on, 2 a page
    Then the page has 2 entries, as from 1 on

    Examples:
      | start |
      | 0     |
      | -3    |

  @rule:paging.count-zero
  Scenario: A count of zero tells the total alone
    Given 5 users of one display name
    When Entra reads them from 1 on, 0 a page
    Then the total is 5 and there are no entries

  @rule:paging.count-negative
  Scenario: A negative count is read as zero
    Given 5 users of one display name
    When Entra reads them from 1 on, -1 a page
    Then the total is 5 and there are no entries

  @rule:paging.beyond-end
  Scenario: A page beyond the end is empty
    Given 5 users of one display name
    When Entra reads them from 99 on, 2 a page
    Then the total is 5 and there are no entries

  @rule:paging.count-large
  Scenario: A large count is capped
    Given 5 users of one display name
    When Entra reads them from 1 on, 100000 a page
    Then the total is 5 and all of them are there

  @rule:paging.items-per-page
  Scenario: itemsPerPage tells how many entries the page has
    Given 5 users of one display name
    When Entra reads page 3 of them, 2 a page
    Then itemsPerPage is 1

  @rule:paging.groups
  Scenario: Groups are paged like users
    Given 3 groups
    When Entra walks through all groups
    Then each of the groups is met once on the way
