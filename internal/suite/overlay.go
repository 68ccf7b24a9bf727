package suite

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"slices"
	"strings"
	"testing/fstest"
)

// overlay is the file system that godog gets: the features in which everything but the given cases is blanked, so that
// line numbers stay. A file without a case is left out.
func (p *Plan) overlay(cases []Case) fs.FS {
	byFile := map[string][]Case{}
	for _, c := range cases {
		byFile[c.Feature] = append(byFile[c.Feature], c)
	}
	out := fstest.MapFS{}
	for name, kept := range byFile {
		out[name] = &fstest.MapFile{Data: p.files[name].only(kept)}
	}
	return out
}

// shuffled is an overlay with a file a case, named so that godog, which goes by name, takes them in the order of the seed.
func (p *Plan) shuffled(cases []Case, seed uint64) fs.FS {
	out := fstest.MapFS{}
	order := rand.New(rand.NewPCG(seed, 1)).Perm(len(cases))
	for i, c := range cases {
		out[fmt.Sprintf("%05d/%s", order[i], c.Feature)] = &fstest.MapFile{Data: p.files[c.Feature].only([]Case{c})}
	}
	return out
}

// only is the text in which nothing but the given cases is left.
func (f file) only(kept []Case) []byte {
	scenarios, rows := map[int]bool{}, map[int]bool{}
	for _, c := range kept {
		scenarios[c.first] = true
		rows[c.row] = true
	}
	lines := slices.Clone(f.lines)
	for _, s := range f.scenarios {
		if !scenarios[s.first] {
			for i := s.first; i <= s.last; i++ {
				lines[i-1] = ""
			}
			continue
		}
		for _, r := range s.rows {
			if !rows[r.line] {
				lines[r.line-1] = ""
			}
		}
	}
	return []byte(strings.Join(lines, "\n"))
}
