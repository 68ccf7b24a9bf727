@discovery
Feature: Telling what the app can do

  The provisioning page reads the app's schemas to offer attributes for mapping, and Microsoft's gallery tests build
  their requests from them. What is not listed is not mapped; what is listed wrongly fails later.

  @rule:discovery.schemas.list
  Scenario: The schemas come as a list
    When Entra reads the schemas
    Then they come as a list response

  @rule:discovery.schemas.user
  Scenario: The schema of users is listed
    When Entra reads the schemas
    Then the schema urn:ietf:params:scim:schemas:core:2.0:User is listed

  @rule:discovery.schemas.group
  Scenario: The schema of groups is listed
    When Entra reads the schemas
    Then the schema urn:ietf:params:scim:schemas:core:2.0:Group is listed

  @rule:discovery.schemas.enterprise
  Scenario: The enterprise extension is listed when it is stored
    Given a user with a department of its own
    When Entra reads the schemas
    Then the schema urn:ietf:params:scim:schemas:extension:enterprise:2.0:User is listed

  @rule:discovery.schemas.document
  Scenario: Each schema is a whole document
    When Entra reads the schemas
    Then each has its id, name, description, attributes and meta

  @rule:discovery.schemas.characteristics
  Scenario: Each attribute tells its name, its type and whether it has several values
    When Entra reads the schemas
    Then each attribute has name, type and multiValued

  @rule:discovery.schemas.keywords
  Scenario: Characteristics are spelled as in the RFC
    When Entra reads the schemas
    Then types, mutability, returned and uniqueness are words of the RFC

  @rule:discovery.schemas.no-nulls
  Scenario: No null stands in the schemas
    When Entra reads the schemas
    Then there is no null in them

  @rule:discovery.schemas.canonical-types
  Scenario: The types of addresses and numbers are listed
    When Entra reads the schemas
    Then emails, phoneNumbers and addresses list the types that Entra maps

  @rule:discovery.schemas.sub-attributes
  Scenario: Complex attributes list their parts
    When Entra reads the schemas
    Then each complex attribute has sub-attributes

  @rule:discovery.schemas.external-id
  Scenario: externalId is listed
    When Entra reads the schemas
    Then externalId is listed for users

  @rule:discovery.schemas.stored
  Scenario: Every mapped attribute that is stored is listed
    Given a user with every attribute of the default mapping, listed or not
    When Entra reads the schemas
    Then each attribute that the user shows is listed

  @rule:discovery.schemas.references
  Scenario: Members and manager are listed as complex attributes
    When Entra reads the schemas
    Then members and manager are complex, with a value

  @rule:discovery.schemas.extension-names
  Scenario: Extensions say by their name what they extend
    When Entra reads the schemas
    Then the id of each extension ends in User or Group

  @rule:discovery.schemas.by-id
  Scenario: Each schema can be read alone
    When Entra reads each schema by its id
    Then each is answered with the schema of this id

  @rule:discovery.schemas.unknown
  Scenario: A schema that nobody knows answers 404
    When Entra reads the schema urn:entrant:nobody:knows:2.0:User
    Then the answer is 404

  @rule:discovery.schemas.not-paged
  Scenario: The list of schemas is always whole
    When Entra reads the schemas, and again from the second on
    Then both lists are the same

  @rule:discovery.config.document
  Scenario: The app's configuration is one whole document
    When Entra reads the app's configuration
    Then it says what is supported, in booleans and numbers

  @rule:discovery.config.patch-and-filter
  Scenario: PATCH and filters are declared
    When Entra reads the app's configuration
    Then patch and filter are supported

  @rule:discovery.types.list
  Scenario: The resource types list users
    When Entra reads the resource types
    Then users are listed at /Users, with schemas that exist

  @rule:discovery.types.by-name
  Scenario: Each resource type can be read alone
    When Entra reads each resource type by its location
    Then each is answered with the resource type of this endpoint
