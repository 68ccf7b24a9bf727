@answers
Feature: What holds for every answer

  Some claims are about every answer of a run. They are noted wherever they are broken and judged here, so that a wrong
  media type does not hide what is right or wrong beside it.

  @rule:answers.media-type @phase:last
  Scenario: Every answer carries SCIM's media type
    When a client asks for one answer of each kind
    Then no answer of this run breaks "answers.media-type"

  @rule:answers.error-media-type @phase:last
  Scenario: Every error carries SCIM's media type
    When a client asks for one answer of each kind
    Then no answer of this run breaks "answers.error-media-type"

  @rule:answers.json @phase:last
  Scenario: Every body is JSON in UTF-8
    When a client asks for one answer of each kind
    Then no answer of this run breaks "answers.json"

  @rule:answers.schemas @phase:last
  Scenario: Every resource and every list names its schemas
    When a client asks for one answer of each kind
    Then no answer of this run breaks "answers.schemas"

  @rule:answers.id-is-string @phase:last
  Scenario: Every id is a string
    When a client asks for one answer of each kind
    Then no answer of this run breaks "answers.id-is-string"

  @rule:answers.booleans @phase:last
  Scenario: Every boolean is a boolean
    When a client asks for one answer of each kind
    Then no answer of this run breaks "answers.booleans"

  @rule:answers.spelling @phase:last
  Scenario: Every name is spelled as in the schema
    When a client asks for one answer of each kind
    Then no answer of this run breaks "answers.spelling"

  @rule:answers.meta @phase:last
  Scenario: Every resource has its meta
    When a client asks for one answer of each kind
    Then no answer of this run breaks "answers.meta"

  @rule:answers.primary @phase:last
  Scenario: No list of addresses has two primary ones
    When a client asks for one answer of each kind
    Then no answer of this run breaks "answers.primary"

  @rule:answers.error-body @phase:last
  Scenario: Every error is a SCIM error
    When a client asks for one answer of each kind
    Then no answer of this run breaks "answers.error-body"

  @rule:answers.no-crash @phase:last
  Scenario: No request makes the app crash
    When a client asks for one answer of each kind
    Then no answer of this run breaks "answers.no-crash"

  @rule:answers.no-internals @phase:last
  Scenario: No error tells of the app's inside
    When a client asks for one answer of each kind
    Then no answer of this run breaks "answers.no-internals"

  @rule:answers.no-secrets @phase:last
  Scenario: No answer shows what is secret
    When a client asks for one answer of each kind
    Then no answer of this run breaks "answers.no-secrets"

  @rule:answers.in-time @phase:last
  Scenario: Every answer comes in time
    When a client asks for one answer of each kind
    Then no answer of this run breaks "answers.in-time"

  @rule:answers.retry-after @phase:last
  Scenario: A refusal for haste names a time to wait
    When a client asks for one answer of each kind
    Then no answer of this run breaks "answers.retry-after"
