package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/entrant-scim/entrant/features"
	"github.com/entrant-scim/entrant/fixtures"
	"github.com/entrant-scim/entrant/internal/profile"
	"github.com/entrant-scim/entrant/internal/provider"
	"github.com/entrant-scim/entrant/internal/suite"
	"github.com/entrant-scim/entrant/steps"
)

// table is what list prints, in any format.
type table struct {
	Head []string
	Rows [][]string
	Foot string
}

func listCommand() *cobra.Command {
	var format, profileName string
	cmd := &cobra.Command{Use: "list", Short: "List rules, profiles, expectations, lies, variants or steps"}
	cmd.PersistentFlags().StringVar(&format, "format", "table", "table, json or md")
	cmd.PersistentFlags().StringVar(&profileName, "profile", "entra", "the profile whose levels are shown")
	add := func(name, short string, make func(*profile.Book) (table, error)) {
		cmd.AddCommand(&cobra.Command{Use: name, Short: short, Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
			if !slices.Contains(profile.Profiles, profileName) {
				return misuse("unknown profile %q: there are %s", profileName, strings.Join(profile.Profiles, ", "))
			}
			book, err := profile.Load(fixtures.FS)
			if err != nil {
				return fmt.Errorf("read the rules: %w", err)
			}
			t, err := make(book)
			if err != nil {
				return err
			}
			return t.print(cmd.OutOrStdout(), format)
		}})
	}
	add("rules", "Every rule with its level", func(b *profile.Book) (table, error) {
		t := table{Head: []string{"rule", "level", "claim"}}
		for _, r := range b.Rules {
			t.Rows = append(t.Rows, []string{r.ID, string(b.Level(r, profileName)), r.Claim})
		}
		t.Foot = fmt.Sprintf("%d rules", len(b.Rules))
		return t, nil
	})
	add("profiles", "The points of view", func(b *profile.Book) (table, error) {
		t := table{Head: []string{"profile", "must", "should", "may", "what it is"}}
		for _, p := range profile.Profiles {
			counts := map[profile.Level]int{}
			for _, r := range b.Rules {
				counts[b.Level(r, p)]++
			}
			t.Rows = append(t.Rows, []string{p, fmt.Sprint(counts[profile.Must]), fmt.Sprint(counts[profile.Should]), fmt.Sprint(counts[profile.May]), profile.Describe(p)})
		}
		return t, nil
	})
	add("expectations", "Every expectation of the catalogue and the rules that name it", func(b *profile.Book) (table, error) {
		return expectations(b, profileName), nil
	})
	add("lies", "The faults that the built-in provider can show", func(*profile.Book) (table, error) {
		t := table{Head: []string{"lie", "fault", "what it does", "rules that catch it"}}
		for _, l := range provider.Lies() {
			t.Rows = append(t.Rows, []string{l.Name, l.Fault, l.Summary, strings.Join(l.Rules, " ")})
		}
		t.Foot = fmt.Sprintf("%d lies", len(t.Rows))
		return t, nil
	})
	add("variants", "The legal differences that the built-in provider can show", func(*profile.Book) (table, error) {
		t := table{Head: []string{"variant", "ref", "what it does"}}
		for _, v := range provider.Variants() {
			t.Rows = append(t.Rows, []string{v.Name, v.Ref, v.Summary})
		}
		return t, nil
	})
	add("steps", "Every sentence that features may use", func(*profile.Book) (table, error) {
		t := table{Head: []string{"keyword", "sentence"}}
		words := map[string]string{"Context": "Given", "Action": "When", "Outcome": "Then"}
		for _, d := range steps.Definitions() {
			t.Rows = append(t.Rows, []string{words[d.Keyword], strings.Trim(d.Expr.String(), "^$")})
		}
		return t, nil
	})
	add("cases", "Every case of a profile, as it would run", func(b *profile.Book) (table, error) {
		plan, err := suite.NewPlan(features.FS, b, suite.Selection{Profile: profileName})
		if err != nil {
			return table{}, err
		}
		t := table{Head: []string{"case", "level", "title"}, Foot: fmt.Sprintf("%d cases", len(plan.Cases))}
		for _, c := range plan.Cases {
			t.Rows = append(t.Rows, []string{c.Key(), string(c.Level), c.Title})
		}
		return t, nil
	})
	return cmd
}

// expectations joins the catalogue with the rules that name its rows.
func expectations(b *profile.Book, profileName string) table {
	named := map[string][]string{}
	for _, r := range b.Rules {
		for _, id := range r.Expectations {
			named[id] = append(named[id], r.ID)
		}
	}
	t := table{Head: []string{"expectation", "level", "named by", "text"}}
	covered, excused := 0, 0
	for _, e := range b.Expectations {
		level, who := e.Entra, strings.Join(named[e.ID], " ")
		if profileName == "rfc" {
			level = e.RFC
		}
		switch {
		case who != "":
			covered++
		case e.Excused != "":
			excused++
			who = "excused: " + e.Excused
		}
		t.Rows = append(t.Rows, []string{e.ID, string(level), who, e.Text})
	}
	t.Foot = fmt.Sprintf("%d expectations: %d named by a rule, %d excused, %d to come", len(b.Expectations), covered, excused, len(b.Expectations)-covered-excused)
	return t
}

func (t table) print(w io.Writer, format string) error {
	switch format {
	case "json":
		rows := []map[string]string{}
		for _, r := range t.Rows {
			m := map[string]string{}
			for i, h := range t.Head {
				m[h] = r[i]
			}
			rows = append(rows, m)
		}
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		return enc.Encode(rows)
	case "md":
		fmt.Fprintf(w, "| %s |\n|%s\n", strings.Join(t.Head, " | "), strings.Repeat(" --- |", len(t.Head)))
		for _, r := range t.Rows {
			fmt.Fprintf(w, "| %s |\n", strings.Join(escaped(r), " | "))
		}
		return nil
	case "table":
		tw := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
		fmt.Fprintln(tw, strings.ToUpper(strings.Join(t.Head, "\t")))
		for _, r := range t.Rows {
			fmt.Fprintln(tw, strings.Join(r, "\t"))
		}
		if err := tw.Flush(); err != nil {
			return err
		}
		if t.Foot != "" {
			fmt.Fprintln(w, t.Foot)
		}
		return nil
	}
	return misuse("--format %q: there are table, json and md", format)
}

func escaped(cells []string) []string {
	out := make([]string, len(cells))
	for i, c := range cells {
		out[i] = strings.ReplaceAll(c, "|", `\|`)
	}
	return out
}
