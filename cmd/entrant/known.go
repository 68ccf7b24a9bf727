package main

import (
	"bytes"
	"os"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/entrant-scim/entrant/internal/suite"
)

// readKnown reads a list of known failures, each with its reason, which is demanded.
func readKnown(file string) ([]suite.Known, error) {
	if file == "" {
		return nil, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, misuse("the known failures cannot be read: %v", err)
	}
	var entries []struct {
		Rule    string `yaml:"rule"`
		Reason  string `yaml:"reason"`
		Expires string `yaml:"expires"`
	}
	if err := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(&entries); err != nil {
		return nil, misuse("%s is no list of known failures: %v\neach entry is\n- rule: user.disable.*\n  reason: ticket 7\n  expires: 2027-01-31   # may be left out", file, err)
	}
	var known []suite.Known
	for i, e := range entries {
		if e.Rule == "" || e.Reason == "" {
			return nil, misuse("%s: entry %d needs a rule and a reason", file, i+1)
		}
		k := suite.Known{Rule: e.Rule, Reason: e.Reason}
		if e.Expires != "" {
			if k.Expires, err = time.Parse(time.DateOnly, e.Expires); err != nil {
				return nil, misuse("%s: entry %d: expires %q is no day such as 2027-01-31", file, i+1, e.Expires)
			}
		}
		known = append(known, k)
	}
	return known, nil
}
