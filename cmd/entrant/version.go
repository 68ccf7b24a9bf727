package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/entrant-scim/entrant/internal/verdict"
)

// ruleset names the state of rules and levels; it changes with every change of meaning (docs/ruleset.md).
const ruleset = "2026.11"

// version is set by the release build.
var version = "dev"

func tool() verdict.Tool {
	t := verdict.Tool{Version: version, Ruleset: ruleset}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				t.Commit = s.Value
			}
		}
		if version == "dev" && info.Main.Version != "" && info.Main.Version != "(devel)" {
			t.Version = info.Main.Version
		}
	}
	return t
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version and the ruleset",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			t := tool()
			fmt.Fprintf(cmd.OutOrStdout(), "entrant %s, ruleset %s\n", t.Version, t.Ruleset)
			return nil
		},
	}
}
