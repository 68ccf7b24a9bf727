module github.com/entrant-scim/entrant

go 1.26
