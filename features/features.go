// Package features holds the claims in words.
package features

import "embed"

// FS has every feature file, by area.
//
//go:embed */*.feature
var FS embed.FS
