package provider

// answerLies are the faults of this area.
func answerLies() []Lie { return []Lie{} }
