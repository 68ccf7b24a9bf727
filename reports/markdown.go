package reports

import (
	"fmt"
	"io"
	"strings"

	"github.com/entrant-scim/entrant/internal/verdict"
)

// markdownLimit keeps the text below what a step summary or a comment on a build may hold (1 MiB).
const markdownLimit = 900 << 10

// Markdown writes the run for pull requests and step summaries; the headings begin at the third level, as a step summary
// wants them.
func Markdown(w io.Writer, run verdict.Run) error {
	var b strings.Builder
	fmt.Fprintf(&b, "### %s\n\n**%s**\n\n%s\n\n", mdText(title(run)), mdText(headline(run)), mdText(tally(run)))
	for _, line := range remarks(run) {
		fmt.Fprintf(&b, "- %s\n", mdText(line))
	}
	mdList(&b, "Left on the target", run.Leftovers, func(l verdict.Leftover) string {
		return mdCode(l.Path) + " " + mdText(l.Name) + ": " + mdText(l.Reason)
	})
	mdList(&b, "To make the test whole", run.Whole, mdText)
	mdScores(&b, run)
	left := mdFailures(&b, run, "Failed", func(c verdict.Check) bool { return c.Status == verdict.Failed && !excused(c) })
	left += mdFailures(&b, run, "Findings", func(c verdict.Check) bool { return c.Status == verdict.Finding && !excused(c) })
	if left > 0 {
		fmt.Fprintf(&b, "\n%s: see report.html, this text would grow too long.\n", count(left, "more case is false", "more cases are false"))
	}
	mdRows(&b, run, "Known", "reason", func(c verdict.Check) (string, bool) {
		return strings.TrimPrefix(excuse(c), "known: "), judged(c) && excused(c)
	})
	mdRows(&b, run, "Not asked", "why", func(c verdict.Check) (string, bool) {
		return why(c), judged(c) && !excused(c) && (c.Status == verdict.Blocked || c.Status == verdict.Skipped || c.Status == verdict.NotRun)
	})
	mdRows(&b, run, "Observed", "what", func(c verdict.Check) (string, bool) {
		return strings.Join(seen(c), "; "), !judged(c) && len(seen(c)) > 0
	})
	fmt.Fprintf(&b, "\n<sub>Profile %s, dialect %s, ruleset %s, Entrant %s, run %s, %s</sub>\n", mdText(run.Run.Profile), mdText(run.Run.Dialect), mdText(run.Tool.Ruleset),
		mdText(run.Tool.Version), mdText(run.Run.ID), run.Run.Started.UTC().Format("2006-01-02 15:04 UTC"))
	_, err := io.WriteString(w, b.String())
	return err
}

func mdList[T any](b *strings.Builder, head string, items []T, line func(T) string) {
	for i, item := range items {
		if i == 0 {
			fmt.Fprintf(b, "\n#### %s\n\n", head)
		}
		fmt.Fprintf(b, "- %s\n", line(item))
	}
}

func mdScores(b *strings.Builder, run verdict.Run) {
	rows := scorecard(run)
	if len(rows) == 0 {
		return
	}
	fmt.Fprint(b, "\n| area | passed | failed | findings | blocked | skipped | not run |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n")
	for _, r := range rows {
		fmt.Fprintf(b, "| %s |", mdText(r.Area))
		for _, s := range []verdict.Status{verdict.Passed, verdict.Failed, verdict.Finding, verdict.Blocked, verdict.Skipped, verdict.NotRun} {
			cell := ""
			if n := r.Counts[s]; n > 0 {
				cell = fmt.Sprint(n)
			}
			fmt.Fprintf(b, " %s |", cell)
		}
		fmt.Fprintln(b)
	}
}

// mdFailures shows the false claims of one kind, folded, and returns how many had no room.
func mdFailures(b *strings.Builder, run verdict.Run, head string, of func(verdict.Check) bool) int {
	headed, left := false, 0
	for _, c := range run.Checks {
		if !judged(c) || !of(c) {
			continue
		}
		if b.Len() > markdownLimit/2 {
			left++
			continue
		}
		if !headed {
			fmt.Fprintf(b, "\n#### %s\n", head)
			headed = true
		}
		fmt.Fprintf(b, "\n<details><summary><code>%s</code> %s</summary>\n\n", mdHTML(c.Key()), mdHTML(c.Title))
		for _, p := range failure(run, c) {
			switch p.Label {
			case "because", "fix":
				fmt.Fprintf(b, "**%s** %s\n\n", p.Label, mdText(p.Text))
			default:
				fmt.Fprintf(b, "**%s**\n\n%s\n\n", p.Label, fenced(p.Text))
			}
			if p.Label == "because" {
				for _, s := range citations(c.Mismatch) {
					if s.URL == "" {
						fmt.Fprintf(b, "- %s\n", mdText(s.Text))
					} else {
						fmt.Fprintf(b, "- [%s](<%s>)\n", mdText(s.Text), s.URL)
					}
				}
				fmt.Fprintln(b)
			}
		}
		fmt.Fprintf(b, "features/%s:%d\n\n</details>\n", mdText(c.Feature), c.Line)
	}
	return left
}

// mdRows is a folded table of cases with one line each.
func mdRows(b *strings.Builder, run verdict.Run, head, column string, of func(verdict.Check) (string, bool)) {
	var rows []string
	size, left := 0, 0
	for _, c := range run.Checks {
		text, found := of(c)
		if !found {
			continue
		}
		row := fmt.Sprintf("| %s | %s |", mdCode(c.Key()), mdText(cut(text, 300)))
		if size += len(row); b.Len()+size > markdownLimit {
			left++
			continue
		}
		rows = append(rows, row)
	}
	if len(rows)+left == 0 {
		return
	}
	fmt.Fprintf(b, "\n<details><summary>%s: %d</summary>\n\n| case | %s |\n| --- | --- |\n%s\n", head, len(rows)+left, column, strings.Join(rows, "\n"))
	if left > 0 {
		fmt.Fprintf(b, "\n%d more, see report.html\n", left)
	}
	fmt.Fprint(b, "\n</details>\n")
}

// mdText takes the meaning from characters that Markdown and HTML would read, and keeps names from being called on.
func mdText(s string) string {
	return strings.NewReplacer("\\", "\\\\", "<", "&lt;", ">", "&gt;", "&", "&amp;", "*", "\\*", "_", "\\_", "`", "\\`", "[", "\\[", "]", "\\]", "#", "\\#", "|", "\\|", "~", "\\~",
		"@", "@<!-- -->", "://", ":<!-- -->//", "www.", "www<!-- -->.").Replace(oneLine(s))
}

// mdHTML is for text inside an element of HTML, where Markdown is not read.
func mdHTML(s string) string {
	return strings.NewReplacer("<", "&lt;", ">", "&gt;", "&", "&amp;", "\"", "&quot;", "@", "@<!-- -->").Replace(oneLine(s))
}

// mdCode is a span of code that fits into a cell of a table.
func mdCode(s string) string {
	return "<code>" + strings.NewReplacer("|", "&#124;", "*", "&#42;", "_", "&#95;", "`", "&#96;", "[", "&#91;", "]", "&#93;", "\\", "&#92;", "~", "&#126;", ":", "&#58;").Replace(mdHTML(s)) + "</code>"
}

// fenced is a block with a fence longer than any inside.
func fenced(s string) string {
	fence := "```"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	return fence + "text\n" + plainText(s) + "\n" + fence
}
