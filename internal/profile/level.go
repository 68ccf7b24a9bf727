// Package profile knows which rules there are, and which of them the chosen profile cares about.
package profile

// Level says how much a claim matters in a profile.
type Level string

// The levels of the catalogue's E and R columns.
const (
	Must   Level = "must"   // a false claim fails the case
	Should Level = "should" // a false claim is a finding
	May    Level = "may"    // an observation: recorded, never judged
	Off    Level = "off"    // not part of the profile
)
