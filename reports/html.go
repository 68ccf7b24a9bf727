package reports

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/entrant-scim/entrant/internal/exchange"
	"github.com/entrant-scim/entrant/internal/verdict"
)

//go:embed report.html.tmpl
var page embed.FS

// htmlArea is a row of the scorecard.
type htmlArea struct {
	Name   string
	Counts map[verdict.Status]int
	Total  int
}

type htmlCheck struct {
	verdict.Check
	Parts     [][2]string
	Exchanges []exchange.Exchange
	Open      bool
}

type htmlPage struct {
	Run      verdict.Run
	Title    string
	Headline string
	Class    string
	Areas    []htmlArea
	Checks   []htmlCheck
	Seconds  string
	Statuses []verdict.Status
}

// HTML writes the run as one file for a browser: offline, readable without JavaScript. Bodies are hostile: html/template
// escapes all of them.
func HTML(w io.Writer, run verdict.Run) error {
	t, err := template.New("report.html.tmpl").Funcs(template.FuncMap{"pretty": pretty, "plain": plainText, "ms": func(f float64) string { return fmt.Sprintf("%.1f ms", f) }}).ParseFS(page, "report.html.tmpl")
	if err != nil {
		return err
	}
	p := htmlPage{Run: run, Title: title(run), Headline: headline(run), Class: string(run.Verdict), Seconds: fmt.Sprintf("%.1f", run.Run.Ended.Sub(run.Run.Started).Seconds()),
		Statuses: []verdict.Status{verdict.Failed, verdict.Finding, verdict.Blocked, verdict.Skipped, verdict.NotRun, verdict.Passed}}
	index := map[string]int{}
	order := map[verdict.Status][]htmlCheck{}
	for _, c := range run.Checks {
		if judged(c) {
			i, found := index[area(c)]
			if !found {
				i = len(p.Areas)
				index[area(c)] = i
				p.Areas = append(p.Areas, htmlArea{Name: area(c), Counts: map[verdict.Status]int{}})
			}
			p.Areas[i].Counts[c.Status]++
			p.Areas[i].Total++
		}
		h := htmlCheck{Check: c, Parts: failure(c, curlOf(run, c)), Open: c.Status == verdict.Failed}
		if c.Status == verdict.Failed || c.Status == verdict.Finding || c.Status == verdict.Blocked {
			for _, n := range c.Exchanges {
				if n >= 1 && n <= len(run.Exchanges) {
					h.Exchanges = append(h.Exchanges, run.Exchanges[n-1])
				}
			}
		}
		order[c.Status] = append(order[c.Status], h)
	}
	for _, s := range p.Statuses {
		p.Checks = append(p.Checks, order[s]...)
	}
	return t.Execute(w, p)
}

// pretty indents a JSON body; anything else stays as it is.
func pretty(body string) string {
	var b bytes.Buffer
	if json.Indent(&b, []byte(body), "", "  ") != nil {
		return plainText(body)
	}
	return plainText(strings.TrimSpace(b.String()))
}
