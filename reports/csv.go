package reports

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/entrant-scim/entrant/internal/verdict"
)

// CSV writes a line a case for a spreadsheet: UTF-8 with the mark by which Excel knows it, and no cell that a spreadsheet
// would take for a formula. Where the provider was our own, the first cell says so.
func CSV(w io.Writer, run verdict.Run) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	first := "target"
	if run.Target.Builtin {
		first = title(run)
	}
	rows := [][]string{{first, "area", "rule", "case", "title", "level", "outcome", "received or reason", "expected", "why it matters", "how to fix it", "known", "sources", "expectations", "place"}}
	for _, c := range run.Checks {
		row := []string{run.Target.Host, area(c), c.Rule, c.Case, c.Title, string(c.Level), word(c.Status), "", "", "", "", "", "", strings.Join(c.Expectations, " "), fmt.Sprintf("features/%s:%d", c.Feature, c.Line)}
		switch {
		case !judged(c):
			row[6], row[7] = "observed", strings.Join(seen(c), "; ")
		case c.Mismatch != nil:
			row[7], row[8], row[9], row[10] = c.Mismatch.Received, c.Mismatch.Expected, c.Mismatch.Because, c.Mismatch.Fix
			var sources []string
			for _, s := range citations(c.Mismatch) {
				sources = append(sources, join(" ", s.Text, s.URL))
			}
			row[12] = strings.Join(sources, "; ")
		case c.Status != verdict.Passed:
			row[7] = why(c)
		}
		if excused(c) {
			row[11] = excuse(c)
		}
		rows = append(rows, row)
	}
	for _, row := range rows {
		for i := range row {
			row[i] = cell(row[i])
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// cell is a text that no spreadsheet takes for a formula: not at its beginning, nor behind blanks there. Excel holds at
// most 32,767 characters in a cell.
func cell(s string) string {
	s = cut(oneLine(s), 8000)
	if first := strings.TrimLeftFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == '\uFFFD' || r == '\'' }); first != "" && strings.ContainsRune("=+-@|%＝＋－＠", []rune(first)[0]) {
		return "'" + s
	}
	return s
}
