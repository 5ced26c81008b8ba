package record

// Process makes products out of lots that the issuer owns and holds:
// inputs = outputs + by-products + loss, to the gram.
type Process struct {
	Header
	Process    string      `json:"process,omitempty"` // milling unless said otherwise
	Inputs     []Amount    `json:"inputs"`
	Outputs    []Product   `json:"outputs"`
	Byproducts []Byproduct `json:"byproducts,omitempty"`
	LossGrams  int64       `json:"lossGrams"`
}

// maxPaths bounds the edges that one process record adds to the lot graph.
const maxPaths = 2000

// DefaultProcess is the process where a record names none.
const DefaultProcess = "milling"

// Product is a new lot of a product; with GTIN and batch it is a retail batch.
type Product struct {
	Lot     string `json:"lot"`
	Product string `json:"product"`
	Grams   int64  `json:"grams"`
	GTIN    string `json:"gtin,omitempty"`
	Batch   string `json:"batch,omitempty"`
}

// Byproduct leaves the ledger's books by name (米糠, 稻壳, 麸皮).
type Byproduct struct {
	Name  string `json:"name"`
	Grams int64  `json:"grams"`
}

func (*Process) Type() Type { return TypeProcess }

func (p *Process) check(c *checker) {
	if p.Process != "" && !plainID(p.Process, 40) {
		c.fail(BadField, "process", "is not the name of a process")
	}
	c.amounts("inputs", p.Inputs)
	c.count("outputs", len(p.Outputs))
	made := make([]string, 0, len(p.Outputs))
	retail := make([]string, 0, len(p.Outputs))
	for i, o := range p.Outputs {
		made = append(made, o.Lot)
		p.checkProduct(c, i, o)
		if o.GTIN != "" {
			retail = append(retail, o.GTIN+"/"+o.Batch)
		}
	}
	if len(p.Inputs)*len(p.Outputs) > maxPaths {
		c.fail(TooLarge, "outputs", "inputs times outputs are more than %d", maxPaths)
	}
	c.distinct("outputs", made)
	c.distinct("outputs", retail)
	if len(p.Byproducts) > maxItems {
		c.fail(TooLarge, "byproducts", "has more than %d items", maxItems)
	}
	for i, b := range p.Byproducts {
		c.text(at("byproducts", i, "name"), b.Name, 60)
		c.grams(at("byproducts", i, "grams"), b.Grams)
	}
	c.gramsOrNone("lossGrams", p.LossGrams)
}

func (p *Process) checkProduct(c *checker, i int, o Product) {
	c.lotID(at("outputs", i, "lot"), o.Lot)
	c.name(at("outputs", i, "product"), o.Product, 60)
	c.grams(at("outputs", i, "grams"), o.Grams)
	if o.GTIN == "" && o.Batch == "" {
		return
	}
	if !ValidGTIN(o.GTIN) {
		c.fail(BadGTIN, at("outputs", i, "gtin"), "is not a GTIN-14 with a right check digit")
	}
	if !plainID(o.Batch, 20) {
		c.fail(BadField, at("outputs", i, "batch"), "is not a batch number (AI 10: 1 to 20 of A-Z a-z 0-9 . _ -)")
	}
}

// Name is the process, with its default.
func (p *Process) Name() string {
	if p.Process == "" {
		return DefaultProcess
	}
	return p.Process
}

func (p *Process) touch(t *Touches) {
	for _, in := range p.Inputs {
		t.moveLot(in.Lot)
	}
	for _, o := range p.Outputs {
		t.newLot(o.Lot)
		if o.GTIN != "" {
			t.write(BatchKey(o.GTIN, o.Batch))
		}
	}
	t.table(TableProcess)
}
