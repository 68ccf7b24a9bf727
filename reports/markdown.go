package reports

import (
	"fmt"
	"io"
	"strings"

	"github.com/entrant-scim/entrant/internal/verdict"
)

// Markdown writes the run for pull requests and step summaries.
func Markdown(w io.Writer, run verdict.Run) error {
	var b strings.Builder
	s := run.Summary
	fmt.Fprintf(&b, "# %s\n\n**%s**\n\n", mdText(title(run)), mdText(headline(run)))
	fmt.Fprintf(&b, "| passed | failed | findings | blocked | skipped | not run |\n| --- | --- | --- | --- | --- | --- |\n| %d | %d | %d | %d | %d | %d |\n\n",
		s.Passed, s.Failed, s.Findings, s.Blocked, s.Skipped, s.NotRun)
	for _, status := range []struct {
		status verdict.Status
		head   string
	}{{verdict.Failed, "Failed"}, {verdict.Finding, "Findings"}} {
		headed := false
		for _, c := range run.Checks {
			if c.Status != status.status || !judged(c) {
				continue
			}
			if !headed {
				fmt.Fprintf(&b, "## %s\n\n", status.head)
				headed = true
			}
			fmt.Fprintf(&b, "### `%s`\n\n%s\n\n", c.Key(), mdText(c.Title))
			if c.Known {
				fmt.Fprintf(&b, "Known: %s\n\n", mdText(c.KnownReason))
			}
			for _, part := range failure(c, curlOf(run, c)) {
				switch part[0] {
				case "sent", "received", "expected", "try":
					fmt.Fprintf(&b, "%s:\n\n%s\n\n", part[0], fenced(part[1]))
				default:
					fmt.Fprintf(&b, "%s: %s\n\n", part[0], mdText(part[1]))
				}
			}
		}
	}
	var others []string
	for _, c := range run.Checks {
		switch {
		case !judged(c):
		case c.Status == verdict.Blocked:
			others = append(others, fmt.Sprintf("| `%s` | blocked by `%s` | %s |", c.Key(), c.BlockedBy, mdCell(c.Reason)))
		case c.Status == verdict.Skipped:
			others = append(others, fmt.Sprintf("| `%s` | skipped, %s | %s |", c.Key(), c.SkipKind, mdCell(c.Reason)))
		case c.Status == verdict.NotRun:
			others = append(others, fmt.Sprintf("| `%s` | not run | %s |", c.Key(), mdCell(c.Reason)))
		}
	}
	if len(others) > 0 {
		fmt.Fprintf(&b, "## Not asked\n\n| case | status | reason |\n| --- | --- | --- |\n%s\n\n", strings.Join(others, "\n"))
	}
	for i, l := range run.Leftovers {
		if i == 0 {
			fmt.Fprint(&b, "## Left on the target\n\n")
		}
		fmt.Fprintf(&b, "- `%s` %s: %s\n", l.Path, mdText(l.Name), mdText(l.Reason))
	}
	for i, line := range run.Whole {
		if i == 0 {
			fmt.Fprint(&b, "## To make the test whole\n\n")
		}
		fmt.Fprintf(&b, "- %s\n", mdText(line))
	}
	fmt.Fprintf(&b, "\nProfile %s, ruleset %s, %d requests.\n", run.Run.Profile, run.Tool.Ruleset, len(run.Exchanges))
	_, err := io.WriteString(w, b.String())
	return err
}

// mdText takes the meaning from characters that Markdown and HTML would read.
func mdText(s string) string {
	return strings.NewReplacer("\\", "\\\\", "<", "&lt;", ">", "&gt;", "&", "&amp;", "*", "\\*", "_", "\\_", "`", "\\`", "[", "\\[", "]", "\\]", "#", "\\#", "|", "\\|").Replace(oneLine(s))
}

func mdCell(s string) string { return mdText(cut(oneLine(s), 200)) }

// fenced is a block with a fence longer than any inside.
func fenced(s string) string {
	fence := "```"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	return fence + "\n" + plainText(s) + "\n" + fence
}
