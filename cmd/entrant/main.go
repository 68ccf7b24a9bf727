// Command entrant plays Microsoft Entra ID's provisioning service against a SCIM API and judges every answer.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/entrant-scim/entrant/internal/suite"
)

func main() { os.Exit(Main()) }

// Main runs the command line of the process and returns its exit code.
func Main() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	go func() {
		<-ctx.Done()
		stop() // a second Ctrl-C ends the process at once; `entrant clean` then removes what is left
	}()
	return execute(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
}

// exit is an error that is no more than an exit code: all has been said.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit %d", int(e)) }

// usage is a mistake of the caller: exit 2. Its text says what happened, why, and what to do.
type usage struct{ text string }

func (u usage) Error() string { return u.text }

func misuse(format string, args ...any) error { return usage{fmt.Sprintf(format, args...)} }

func execute(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	root := rootCommand()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errOut)
	err := root.ExecuteContext(ctx)
	var code exit
	var selection *suite.SelectionError
	switch {
	case err == nil:
		return suite.ExitHolds
	case errors.As(err, &code):
		return int(code)
	case errors.As(err, new(usage)), errors.As(err, &selection), isCobra(err):
		fmt.Fprintf(errOut, "entrant: %v\n", err)
		return suite.ExitUsage
	}
	fmt.Fprintf(errOut, "entrant: %v\n", err)
	return suite.ExitBug
}

// isCobra tells cobra's own complaints, which have no type, from ours.
func isCobra(err error) bool {
	for _, s := range []string{"unknown command", "unknown flag", "unknown shorthand", "flag needs an argument", "invalid argument", "accepts ", "requires ", "required flag"} {
		if strings.Contains(err.Error(), s) {
			return true
		}
	}
	return false
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "entrant",
		Short: "Will this SCIM API survive Microsoft Entra ID?",
		Long: `Entrant plays Microsoft Entra ID's provisioning service against a SCIM API, judges every answer, and says what is
wrong, why Entra cares, and how to fix it.

  entrant run                                        try it on the built-in provider
  entrant run --url https://app.example/scim/v2 --token-file token.txt

Every flag can be set in the environment: --url is ENTRANT_URL, --parallel is ENTRANT_PARALLEL.
The Secret Token comes from --token-file (- reads standard input) or ENTRANT_TOKEN, never from the command line.`,
		SilenceUsage:  true,
		SilenceErrors: true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			return fromEnvironment(cmd.Flags())
		},
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(runCommand(), listCommand(), explainCommand(), providerCommand(), versionCommand(), cleanCommand(), reportCommand())
	return root
}

// fromEnvironment sets each flag that was not given from ENTRANT_NAME.
func fromEnvironment(flags *pflag.FlagSet) error {
	var err error
	flags.VisitAll(func(f *pflag.Flag) {
		name := "ENTRANT_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		value, set := os.LookupEnv(name)
		if err != nil || f.Changed || !set || f.Name == "help" {
			return
		}
		if value == "" {
			if f.Name == "url" {
				err = misuse("ENTRANT_URL is set but empty, so no target can be judged; give it the Tenant URL, or unset it to try the built-in provider")
			}
			return
		}
		if e := flags.Set(f.Name, value); e != nil {
			err = misuse("%s=%q is no value for --%s: %v", name, value, f.Name, e)
		}
	})
	return err
}
