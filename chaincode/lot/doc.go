// Package lot holds the rules of grain: how lots come to be, move, mix and
// leave, each in a file named after its record type. The rules are pure: they
// read and write a state.View, ask no clock and do no IO.
//
// What must hold at all times: the grams of harvests and purchases without a
// recorded harvest equal the grams in lots, bins and shipments plus what left
// by deduction, by-product, process loss, transit loss, adjustment and
// write-off; of every lot as many grams are owned as are in custody of parties
// and open shipments; no quantity is negative; the lot graph has no cycle;
// what is made of marked grain is marked, at once or by spreading; a record that is
// taken back leaves all of this true.
package lot
