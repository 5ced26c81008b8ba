package fabric

import (
	"cmp"
	"slices"

	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"
	"google.golang.org/protobuf/proto"

	"github.com/grainledger/grainledger/gateway/ledger"
)

// decodeWrites tells what a valid transaction changed in the state of our
// contracts. Peers have read the same bytes before they called it valid.
func decodeWrites(raw []byte, names map[string]string) (writes []ledger.Write, private []ledger.PrivateWrite) {
	all := new(rwset.TxReadWriteSet)
	if proto.Unmarshal(raw, all) != nil {
		return nil, nil
	}
	for _, space := range all.GetNsRwset() {
		contract := names[space.GetNamespace()]
		if contract == "" {
			continue
		}
		writes = append(writes, publicWrites(contract, space.GetRwset())...)
		for _, collection := range space.GetCollectionHashedRwset() {
			private = append(private, privateWrites(contract, collection)...)
		}
	}
	slices.SortStableFunc(writes, func(a, b ledger.Write) int { return cmp.Compare(a.Key, b.Key) })
	return writes, private
}

func publicWrites(contract string, raw []byte) []ledger.Write {
	set := new(kvrwset.KVRWSet)
	if proto.Unmarshal(raw, set) != nil {
		return nil
	}
	writes := make([]ledger.Write, 0, len(set.GetWrites()))
	for _, w := range set.GetWrites() {
		writes = append(writes, ledger.Write{Contract: contract, Key: w.GetKey(), Value: w.GetValue(), Delete: w.GetIsDelete()})
	}
	return writes
}

// privateWrites: a delete leaves older values in the peers' blocks of private
// data, a purge does not; only that is told as a purge.
func privateWrites(contract string, collection *rwset.CollectionHashedReadWriteSet) []ledger.PrivateWrite {
	set := new(kvrwset.HashedRWSet)
	if proto.Unmarshal(collection.GetHashedRwset(), set) != nil {
		return nil
	}
	writes := make([]ledger.PrivateWrite, 0, len(set.GetHashedWrites()))
	for _, w := range set.GetHashedWrites() {
		p := ledger.PrivateWrite{
			Contract: contract, Collection: collection.GetCollectionName(),
			KeyHash: w.GetKeyHash(), Hash: w.GetValueHash(), Purge: w.GetIsPurge(),
		}
		if w.GetIsDelete() || w.GetIsPurge() {
			p.Hash = nil
		}
		writes = append(writes, p)
	}
	return writes
}
