package reports

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/entrant-scim/entrant/internal/profile"
	"github.com/entrant-scim/entrant/internal/verdict"
)

// TAP writes the run in version 14 of the Test Anything Protocol. It follows the gate as JUnit does; a known failure is a
// TODO, which no consumer counts, and a run in which nothing was planned bails out rather than being taken for a success.
func TAP(w io.Writer, run verdict.Run) error {
	var b strings.Builder
	fmt.Fprintf(&b, "TAP version 14\n# %s\n# %s\n# %s\n", title(run), headline(run), tally(run))
	for _, line := range remarks(run) {
		fmt.Fprintf(&b, "# %s\n", line)
	}
	if len(run.Checks) == 0 {
		fmt.Fprintf(&b, "Bail out! %s\n", tapText(headline(run)))
	} else {
		fmt.Fprintf(&b, "1..%d\n", len(run.Checks))
	}
	enc := json.NewEncoder(&b) // a string of JSON is one of YAML
	enc.SetEscapeHTML(false)
	for i, c := range run.Checks {
		ok, directive := "ok", ""
		diagnosis := [][2]string{}
		add := func(name, text string) {
			if text != "" {
				diagnosis = append(diagnosis, [2]string{name, text})
			}
		}
		add("status", string(c.Status))
		add("level", string(c.Level))
		quiet := true
		if isFalse(c) {
			quiet = false
			add("message", message(c))
			for _, p := range failure(run, c) {
				add(p.Label, p.Text)
			}
		}
		switch {
		case !judged(c):
			quiet = len(seen(c)) == 0
			add("observed", strings.Join(seen(c), "\n"))
		case excused(c):
			ok, directive = "not ok", " # TODO "+tapText(excuse(c))
		case c.Status == verdict.Failed || c.Status == verdict.Finding && run.Run.FailOn == "should":
			ok = "not ok"
		case c.Status == verdict.Blocked && c.Level == profile.Must || c.Status == verdict.NotRun:
			ok, quiet = "not ok", false
			add("reason", why(c))
		case c.Status == verdict.Blocked || c.Status == verdict.Skipped:
			directive = " # SKIP " + tapText(why(c))
		}
		fmt.Fprintf(&b, "%s %d - %s: %s%s\n", ok, i+1, tapText(c.Key()), tapText(c.Title), directive)
		if quiet {
			continue
		}
		b.WriteString("  ---\n")
		for _, d := range diagnosis {
			fmt.Fprintf(&b, "  %s: ", d[0])
			if err := enc.Encode(d[1]); err != nil {
				return err
			}
		}
		fmt.Fprintf(&b, "  at: %q\n  ...\n", fmt.Sprintf("features/%s:%d", oneLine(c.Feature), c.Line))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// tapText takes the meaning from what would begin a directive.
func tapText(s string) string {
	return strings.NewReplacer("\\", "\\\\", "#", "\\#").Replace(oneLine(s))
}
