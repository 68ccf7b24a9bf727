// Package reports renders a run; the same run always gives the same bytes.
package reports

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/entrant-scim/entrant/internal/exchange"
	"github.com/entrant-scim/entrant/internal/verdict"
)

// JSON writes results.json: the source of every other report (docs/results.schema.json).
func JSON(w io.Writer, run verdict.Run) error { return indented(w, filled(run)) }

func indented(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", " ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// filled has an empty list or object where the schema wants one and a run that ended early has none.
func filled(run verdict.Run) verdict.Run {
	run.Checks, run.Exchanges = slices.Clone(run.Checks), slices.Clone(run.Exchanges)
	if run.Checks == nil {
		run.Checks = []verdict.Check{}
	}
	if run.Exchanges == nil {
		run.Exchanges = []exchange.Exchange{}
	}
	if run.Leftovers == nil {
		run.Leftovers = []verdict.Leftover{}
	}
	if run.Target.Capabilities == nil {
		run.Target.Capabilities = map[string]string{}
	}
	for i := range run.Checks {
		if run.Checks[i].Expectations == nil {
			run.Checks[i].Expectations = []string{}
		}
	}
	for i := range run.Exchanges {
		if run.Exchanges[i].RequestHeaders == nil {
			run.Exchanges[i].RequestHeaders = map[string]string{}
		}
	}
	return run
}

// ReadJSON reads a results.json of this version. Members that it does not know are passed over: the format grows.
func ReadJSON(r io.Reader) (verdict.Run, error) {
	var run verdict.Run
	dec := json.NewDecoder(r)
	if err := dec.Decode(&run); err != nil {
		return run, fmt.Errorf("this is no results.json: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return run, fmt.Errorf("this is no results.json: something follows the result")
	}
	if run.SchemaVersion != verdict.SchemaVersion {
		return run, fmt.Errorf("this is results.json of version %d; this program reads version %d", run.SchemaVersion, verdict.SchemaVersion)
	}
	known := []verdict.Status{verdict.Passed, verdict.Failed, verdict.Finding, verdict.Blocked, verdict.Skipped, verdict.NotRun}
	for _, c := range run.Checks {
		if !slices.Contains(known, c.Status) {
			return run, fmt.Errorf("this is no results.json: case %q has the unknown status %q", c.Key(), c.Status)
		}
	}
	return run, nil
}
