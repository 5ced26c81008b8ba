package web

import "slices"

// lines tells a step in one or two sentences.
func (c cast) lines(s *story, g group) []string {
	switch g.stage {
	case stageHarvest:
		return []string{c.say("line.harvest", "who", c.namesOf(g.actors()), "n", len(g.lots()), "grain", c.grain(s, g))}
	case stagePurchase:
		return c.purchaseLines(s, g)
	case stageCheckIn, stageCheckStored, stageCheckOut, stageCheckProduct:
		return []string{c.say("line.check", "who", c.namesOf(g.actors()), "n", len(g.events))}
	case stageStore:
		return c.storeLines(g)
	case stageWithdraw:
		return c.withPurpose(g, c.say("line.withdraw", "who", c.namesOf(g.actors()), "n", len(g.events)))
	case stageTrade:
		return c.withPurpose(g, c.say("line.trade", "from", c.namesOf(g.actors()), "to", c.namesOf(g.others())))
	case stageTransport:
		return c.transportLines(g)
	case stageProcess:
		return c.processLines(g)
	case stageOrder:
		return c.actions(s, g)
	case stageSell:
		return c.withPurpose(g, c.say("line.sell", "from", c.namesOf(g.actors()), "to", c.namesOf(g.others())))
	}
	return []string{c.say("line."+string(g.stage), "who", c.namesOf(g.actors()), "n", len(g.events))}
}

// withPurpose adds how much of a step was not meant for food.
func (c cast) withPurpose(g group, line string) []string {
	n := g.count(func(e event) bool { return e.nonFood })
	if n == 0 {
		return []string{line}
	}
	return []string{line, c.say("line.purpose") + c.howMany(n, len(g.events))}
}

// grain names what the lots of a step are: their variety where it is one,
// else simply grain.
func (c cast) grain(s *story, g group) string {
	lots := g.lots()
	var codes []string
	for _, n := range s.nodes {
		if n.Lot != nil && slices.Contains(lots, n.ID) && !slices.Contains(codes, n.Lot.Variety) {
			codes = append(codes, n.Lot.Variety)
		}
	}
	if len(codes) == 1 && codes[0] != "" {
		return c.inside(c.variety(codes[0]))
	}
	return c.say("grain")
}

func (c cast) purchaseLines(s *story, g group) []string {
	sellers := g.others()
	persons := g.count(func(e event) bool { return e.with == "" && decode(*e.record) != nil })
	known := slices.DeleteFunc(slices.Clone(sellers), func(s string) bool { return s == "" })
	who, grain := c.namesOf(g.actors()), c.grain(s, g)
	var out []string
	switch {
	case len(g.events) == 1 && len(known) == 1:
		out = append(out, c.say("line.purchase.one", "who", who, "from", c.name(known[0]), "grain", grain))
	case len(known) == 0:
		out = append(out, c.say("line.purchase.plain", "who", who, "n", len(g.events), "grain", grain))
	default:
		out = append(out, c.say("line.purchase", "who", who, "sellers", len(known),
			"n", len(g.events)-persons, "grain", grain))
	}
	if persons > 0 {
		out = append(out, c.say("line.purchase.persons", "n", persons))
	}
	return out
}

func (c cast) storeLines(g group) []string {
	out := []string{c.say("line.store", "who", c.namesOf(g.actors()), "n", len(g.events))}
	if len(g.lots()) > 1 {
		out = append(out, c.say("line.store.mixed", "n", len(g.lots())))
	}
	return out
}

func (c cast) transportLines(g group) []string {
	out := []string{c.say("line.transport", "from", c.namesOf(g.actors()), "to", c.namesOf(g.others()))}
	carriers := slices.DeleteFunc(g.distinct(func(e event) string { return e.carrier }),
		func(s string) bool { return s == "" })
	if len(carriers) > 0 {
		out = append(out, c.say("line.transport.carrier", "who", c.namesOf(carriers)))
	}
	sent := g.count(func(e event) bool { return !e.arrived })
	switch arrived := len(g.events) - sent; {
	case arrived >= sent:
		out = append(out, c.say("line.transport.arrived", "date", c.day(g.to)))
	case arrived > 0:
		out = append(out, c.say("line.transport.partly", "n", arrived, "all", sent))
	default:
		out = append(out, c.say("line.transport.way"))
	}
	return out
}

func (c cast) processLines(g group) []string {
	var out []string
	products := slices.DeleteFunc(g.distinct(func(e event) string { return e.product }),
		func(s string) bool { return s == "" })
	for i, p := range products {
		products[i] = c.inside(c.product(p))
	}
	who := c.namesOf(g.actors())
	if len(products) == 0 {
		return []string{c.say("line.process.plain", "who", who)}
	}
	out = append(out, c.say("line.process", "who", who, "product", c.list("thing", products)))
	inputs := 0
	for _, e := range g.events {
		inputs += e.inputs
	}
	if inputs > 1 {
		out = append(out, c.say("line.process.inputs", "n", inputs))
	}
	return out
}
