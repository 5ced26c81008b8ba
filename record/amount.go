package record

// Amount is so many grams of a lot.
type Amount struct {
	Lot   string `json:"lot"`
	Grams int64  `json:"grams"`
}

func (c *checker) amounts(field string, list []Amount) {
	c.count(field, len(list))
	ids := make([]string, len(list))
	for i, a := range list {
		ids[i] = a.Lot
		c.lotID(at(field, i, "lot"), a.Lot)
		c.grams(at(field, i, "grams"), a.Grams)
	}
	c.distinct(field, ids)
}
