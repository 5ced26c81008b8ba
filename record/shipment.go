package record

func checkShipment(c *checker, shipper, shipment, lot string) {
	c.uscc("shipper", shipper)
	c.ref("shipment", shipment)
	c.lotID("lot", lot)
}
