// Package steps says what each sentence of the features does: a Given reaches a state, a When sends, a Then judges.
package steps

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Definition is a sentence and what it does. Do takes a context.Context, then the captures (string, int or *godog.Table),
// and returns an error.
type Definition struct {
	Keyword string // Context, Action or Outcome: Gherkin's word for Given, When and Then
	Expr    *regexp.Regexp
	Do      any
	begins  string // what every sentence of it begins with, so that most are told apart without an expression
}

func given(expr string, do any) Definition { return definition("Context", expr, do) }
func when(expr string, do any) Definition  { return definition("Action", expr, do) }
func then(expr string, do any) Definition  { return definition("Outcome", expr, do) }

func definition(keyword, expr string, do any) Definition {
	begins, _ := regexp.MustCompile(expr).LiteralPrefix()
	return Definition{keyword, regexp.MustCompile("^" + expr + "$"), do, begins}
}

// Definitions are all sentences, compiled once.
var Definitions = sync.OnceValue(func() []Definition {
	return slices.Concat(
		answerSteps(),
		connectionSteps(),
		querySteps(),
		createSteps(),
		patchSteps(),
		disableSteps(),
		groupSteps(),
		memberSteps(),
		filterSteps(),
		discoverySteps(),
		pagingSteps(),
		putSteps(),
		valueSteps(),
		protocolSteps(),
		everySteps(),
	)
})

// Find gives the one definition of a step. None or two are errors of the features.
func Find(definitions []Definition, keyword, text string) (Definition, error) {
	var found []Definition
	for _, d := range definitions {
		if d.Keyword == keyword && strings.HasPrefix(text, d.begins) && d.Expr.MatchString(text) {
			found = append(found, d)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return Definition{}, fmt.Errorf("undefined step (%s): %s", keyword, text)
	}
	return Definition{}, fmt.Errorf("ambiguous step: %s fits %s and %s", text, found[0].Expr, found[1].Expr)
}
