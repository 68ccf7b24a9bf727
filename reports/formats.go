package reports

import (
	"io"

	"github.com/entrant-scim/entrant/internal/verdict"
)

// Format is a rendering of a run, under the name by which it is asked for.
type Format struct {
	Name   string
	File   string // its usual file name
	About  string
	Render func(io.Writer, verdict.Run) error
}

// Formats are the renderings of a run that need no options, sorted by name.
func Formats() []Format {
	return []Format{
		{"badge", "badge.json", "endpoint of shields.io, for a whole profile", Badge},
		{"badge-svg", "badge.svg", "a badge as a picture, for a whole profile", BadgeSVG},
		{"csv", "results.csv", "a line a case, for a spreadsheet", CSV},
		{"ctrf", "ctrf.json", "Common Test Report Format", CTRF},
		{"har", "exchanges.har", "HTTP Archive, for a browser's developer tools", HAR},
		{"html", "report.html", "one page for a browser, offline", HTML},
		{"json", "results.json", "the results, from which every other format is made", JSON},
		{"junit", "junit.xml", "JUnit for CI systems", JUnit},
		{"junit-strict", "junit.xml", "JUnit that Jenkins' xUnit plugin accepts", JUnitStrict},
		{"md", "report.md", "Markdown for pull requests and step summaries", Markdown},
		{"sarif", "results.sarif", "SARIF 2.1.0 for code scanning", SARIF},
		{"tap", "results.tap", "Test Anything Protocol 14", TAP},
	}
}
