package steps

func memberSteps() []Definition { return nil }
