package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/entrant-scim/entrant/internal/provider"
	"github.com/entrant-scim/entrant/internal/target"
)

func providerCommand() *cobra.Command {
	var addr, tokenFile string
	var lies, variants []string
	cmd := &cobra.Command{
		Use:   "provider",
		Short: "Serve the built-in SCIM provider, honest or with chosen faults",
		Long: `Serve the built-in SCIM provider, in memory. The first line on standard output is its base URL.

Each line of --token-file is one bearer token, and each token a tenant of its own. Lies are faults that real servers
have (entrant list lies); variants are legal differences that no rule may accuse (entrant list variants).`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if tokenFile == "" {
				return misuse("the provider needs --token-file, a file with one token a line; each token is a tenant of its own")
			}
			data, err := os.ReadFile(tokenFile)
			if err != nil {
				return misuse("the tokens cannot be read: %v", err)
			}
			var tokens []string
			for _, line := range strings.Split(string(data), "\n") {
				if strings.TrimSpace(line) == "" {
					continue
				}
				token, err := target.CleanToken(line)
				if err != nil {
					return misuse("%v", err)
				}
				tokens = append(tokens, token)
			}
			p, err := provider.New(provider.Options{Tokens: tokens, Lies: lies, Variants: variants})
			if err != nil {
				return misuse("%v", err)
			}
			return serve(cmd, addr, p)
		},
	}
	cmd.Flags().StringVar(&addr, "addr", "127.0.0.1:0", "the address to listen on; port 0 takes a free one")
	cmd.Flags().StringVar(&tokenFile, "token-file", "", "a file with one token a line")
	cmd.Flags().StringSliceVar(&lies, "lie", nil, "a fault to show (may be repeated)")
	cmd.Flags().StringSliceVar(&variants, "variant", nil, "a legal difference to show (may be repeated)")
	return cmd
}

// serve answers until the context ends, then lets running requests finish.
func serve(cmd *cobra.Command, addr string, h http.Handler) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return misuse("cannot listen on %s: %v", addr, err)
	}
	fmt.Fprintf(cmd.OutOrStdout(), "http://%s%s\n", l.Addr(), provider.BasePath)
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	done := make(chan error, 1)
	go func() {
		<-cmd.Context().Done()
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		done <- server.Shutdown(ctx)
	}()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	return <-done
}
