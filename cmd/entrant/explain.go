package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/entrant-scim/entrant/features"
	"github.com/entrant-scim/entrant/fixtures"
	"github.com/entrant-scim/entrant/internal/profile"
	"github.com/entrant-scim/entrant/internal/provider"
	"github.com/entrant-scim/entrant/internal/suite"
)

func explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain RULE",
		Short: "Say what a rule claims, why Entra cares, and how to fix it",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			book, err := profile.Load(fixtures.FS)
			if err != nil {
				return fmt.Errorf("read the rules: %w", err)
			}
			id := strings.SplitN(args[0], "/", 2)[0]
			plan, err := suite.NewPlan(features.FS, book, suite.Selection{})
			if err != nil {
				return err
			}
			rule, found := book.Rule(id)
			if !found {
				_, err := suite.NewPlan(features.FS, book, suite.Selection{Rules: []string{id}})
				if err == nil {
					return misuse("%q is a pattern; explain takes one rule, `entrant list rules` shows them all", id)
				}
				return err
			}
			return explain(cmd.OutOrStdout(), book, plan, rule)
		},
	}
}

func explain(w io.Writer, book *profile.Book, plan *suite.Plan, r profile.Rule) error {
	fmt.Fprintf(w, "%s\n\n  claim     %s\n", r.ID, r.Claim)
	for _, p := range profile.Profiles {
		fmt.Fprintf(w, "  %-9s %s\n", p, book.Level(r, p))
	}
	fmt.Fprintf(w, "  because   %s\n  fix       %s\n  admins    %s\n", r.Why, r.Fix, r.Admin)
	for _, c := range book.Citations(r) {
		fmt.Fprintf(w, "  source    %s\n            %s\n", c.Text, c.URL)
	}
	for _, id := range r.Expectations {
		e, _ := book.Expectation(id)
		fmt.Fprintf(w, "  %-9s %s\n", id, e.Text)
	}
	if len(r.Needs) > 0 {
		fmt.Fprintf(w, "  needs     %s\n", strings.Join(r.Needs, ", "))
	}
	if len(r.Microsoft) > 0 {
		fmt.Fprintf(w, "  Microsoft %s\n", strings.Join(r.Microsoft, ", "))
	}
	for _, c := range plan.Cases {
		if c.Rule.ID == r.ID {
			fmt.Fprintf(w, "  case      %s  features/%s:%d\n            %s\n", c.Key(), c.Feature, c.Line, c.Title)
		}
	}
	for _, l := range provider.Lies() {
		for _, id := range l.Rules {
			if id == r.ID {
				fmt.Fprintf(w, "  try       entrant provider --token-file FILE --lie %s\n            %s\n", l.Name, l.Summary)
			}
		}
	}
	return nil
}
