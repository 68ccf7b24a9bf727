package provider

// groupLies are the faults of this area.
func groupLies() []Lie { return []Lie{} }
