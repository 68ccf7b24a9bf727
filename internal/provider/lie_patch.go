package provider

// patchLies are the faults of this area.
func patchLies() []Lie { return []Lie{} }
