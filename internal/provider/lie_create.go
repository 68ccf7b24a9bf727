package provider

// createLies are the faults of this area.
func createLies() []Lie { return []Lie{} }
