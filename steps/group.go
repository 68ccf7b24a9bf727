package steps

func groupSteps() []Definition { return nil }
