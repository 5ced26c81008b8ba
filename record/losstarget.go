package record

func checkLossTarget(c *checker, target, owner string) {
	if !IsBinCode(target) {
		c.lotID("target", target)
	}
	if owner != "" {
		c.uscc("owner", owner)
	}
}

func touchLossTarget(t *Touches, target string) {
	if IsBinCode(target) {
		t.read(FacilityKey(target))
		t.write(BinKey(target))
		return
	}
	t.write(LotKey(target), StockKey(target))
}
