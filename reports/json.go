// Package reports renders a run; the same run always gives the same bytes.
package reports

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/entrant-scim/entrant/internal/verdict"
)

// JSON writes results.json: the source of every other report (docs/results.schema.json).
func JSON(w io.Writer, run verdict.Run) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", " ")
	enc.SetEscapeHTML(false)
	return enc.Encode(run)
}

// ReadJSON reads a results.json of this version.
func ReadJSON(r io.Reader) (verdict.Run, error) {
	var run verdict.Run
	if err := json.NewDecoder(r).Decode(&run); err != nil {
		return run, fmt.Errorf("this is no results.json: %w", err)
	}
	if run.SchemaVersion != verdict.SchemaVersion {
		return run, fmt.Errorf("this is results.json of version %d; this program reads version %d", run.SchemaVersion, verdict.SchemaVersion)
	}
	return run, nil
}
