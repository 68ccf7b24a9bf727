package reports

import (
	"errors"
	"fmt"
	"html"
	"io"

	"github.com/entrant-scim/entrant/internal/verdict"
)

// ErrNotWhole: a badge speaks for a whole profile, and this run did not ask it.
var ErrNotWhole = errors.New("a badge is for a whole profile")

// Whole tells whether the run asked for a whole profile and came to its end; the error says what is missing.
func Whole(run verdict.Run) error {
	switch {
	case run.Run.Selected != "":
		return fmt.Errorf("%w, and this run asked for %s only", ErrNotWhole, oneLine(run.Run.Selected))
	case run.Run.Dialect != "" && run.Run.Dialect != "both":
		return fmt.Errorf("%w, and this run asked for the dialect %s only", ErrNotWhole, oneLine(run.Run.Dialect))
	case run.ExitCode == 130:
		return fmt.Errorf("%w, and this run was interrupted", ErrNotWhole)
	case run.ExitCode == 4 || run.ExitCode == 2:
		return fmt.Errorf("%w, and this run did not come to its end", ErrNotWhole)
	case len(run.Checks) == 0:
		return fmt.Errorf("%w, and this run asked nothing", ErrNotWhole)
	}
	return nil
}

type badge struct {
	SchemaVersion int    `json:"schemaVersion"`
	Label         string `json:"label"`
	Message       string `json:"message"`
	Color         string `json:"color"`
	hex           string
}

func badgeOf(run verdict.Run) (badge, error) {
	if err := Whole(run); err != nil {
		return badge{}, err
	}
	b := badge{SchemaVersion: 1, Label: "Entra SCIM", Message: "not judged", Color: "lightgrey", hex: "#6e6e6e"}
	if run.Run.Profile != "entra" {
		b.Label = "SCIM profile " + oneLine(run.Run.Profile)
	}
	if run.Target.Builtin {
		b.Label += ", built-in provider"
	}
	switch run.Verdict {
	case verdict.Conformant:
		b.Message, b.Color, b.hex = "conformant", "brightgreen", "#1f7a1f"
		if n := run.Summary.Findings; n > 0 {
			b.Message = "conformant, " + count(n, "finding", "findings")
		}
	case verdict.PartiallyTested:
		b.Message, b.Color, b.hex = "partially tested", "yellow", "#8a6100"
	case verdict.NotConformant:
		b.Message, b.Color, b.hex = "not conformant", "red", "#b3261e"
	}
	return b, nil
}

// Badge writes the verdict for shields.io's endpoint badge. The error wraps ErrNotWhole where the run did not ask a whole
// profile.
func Badge(w io.Writer, run verdict.Run) error {
	b, err := badgeOf(run)
	if err != nil {
		return err
	}
	return indented(w, b)
}

// BadgeSVG writes the verdict as a small picture of our own. The error is as Badge's.
func BadgeSVG(w io.Writer, run verdict.Run) error {
	b, err := badgeOf(run)
	if err != nil {
		return err
	}
	left, right := badgeWidth(b.Label), badgeWidth(b.Message)
	label, message := html.EscapeString(b.Label), html.EscapeString(b.Message)
	_, err = fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%[1]d" height="20" role="img" aria-label="%[4]s: %[5]s">
<title>%[4]s: %[5]s</title>
<clipPath id="r"><rect width="%[1]d" height="20" rx="3"/></clipPath>
<g clip-path="url(#r)"><rect width="%[2]d" height="20" fill="#444"/><rect x="%[2]d" width="%[3]d" height="20" fill="%[6]s"/></g>
<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
<text x="%[7]d" y="14" textLength="%[8]d">%[4]s</text>
<text x="%[9]d" y="14" textLength="%[10]d">%[5]s</text>
</g>
</svg>
`, left+right, left, right, label, message, b.hex, left/2, left-12, left+right/2, right-12)
	return err
}

// badgeWidth is the room for a text of 11 pixels, with 6 at either side.
func badgeWidth(s string) int { return 12 + 13*columnsOf(s)/2 }
