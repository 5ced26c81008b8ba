package record

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func checkAt(t testing.TB, occurredAt string, now time.Time) error {
	t.Helper()
	p := exampleOf(t, "write-off")
	p.Head().OccurredAt = occurredAt
	return Check(p, now)
}

func TestTimeForms(t *testing.T) {
	for _, s := range []string{
		"2025-10-01T08:00:00+08:00", "2025-09-30T19:00:00-05:00", "2025-10-01T00:00:00Z", "2025-09-30T23:59:59.999999999Z",
		"2025-10-01T00:00:00.5+00:00", "2025-10-01T05:45:00+05:45", "2024-02-29T00:00:00Z", "1900-01-01T00:00:00Z", "2025-09-30T23:00:00-00:00",
	} {
		if err := checkAt(t, s, txTime); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
	for _, s := range []string{
		"", "2025-10-01", "2025-10-01T08:00:00", "2025-10-01 08:00:00+08:00", "2025-10-01T08:00+08:00", "20251001T080000Z",
		"2025-10-01t08:00:00z", "2025-10-01T08:00:00+0800", "2025-10-01T08:00:00+08", "2025-10-01T8:00:00+08:00",
		"2025-10-01T08:00:00,5+08:00", "2025-10-01T08:00:00.+08:00", "2025-10-01T08:00:00+24:00", "2025-10-01T08:00:00+08:60",
		"2025-02-29T00:00:00Z", "2025-13-01T00:00:00Z", "2025-00-01T00:00:00Z", "2025-10-01T24:00:00Z", "2025-10-01T08:60:00Z",
		"2025-06-30T23:59:60Z", " 2025-10-01T08:00:00Z", "2025-10-01T08:00:00Z\n", "+2025-10-01T08:00:00Z", "12025-10-01T08:00:00Z",
		"２０２５-10-01T08:00:00Z", "2025-10-01T08:00:00 Z", "1759276800", "1899-12-31T23:59:59Z", "0000-01-01T00:00:00Z",
		"2025-10-01T08:00:00.0000000001Z", "2025-10-01T08:00:00." + strings.Repeat("0", 4000) + "Z",
	} {
		wantRefusal(t, checkAt(t, s, txTime), BadField, "occurredAt")
	}
}

func TestKeyTimesHaveTheSameForm(t *testing.T) {
	for field, set := range map[string]func(k *Key, s string){
		"notBefore": func(k *Key, s string) { k.NotBefore = s },
		"notAfter":  func(k *Key, s string) { k.NotAfter = s },
	} {
		k := exampleOf(t, "key register").(*Key)
		set(k, "")
		if err := Check(k, txTime); err != nil {
			t.Errorf("%s left out: %v", field, err)
		}
		for _, s := range []string{"2025-01-01", "2025-01-01T1:00:00Z", "2025-01-01T01:00:00,5Z", "never"} {
			set(k, s)
			wantRefusal(t, Check(k, txTime), BadField, field)
		}
	}
}

func TestFutureTime(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		offset := rapid.IntRange(-14*60, 14*60).Draw(rt, "minutes of offset")
		ahead := time.Duration(rapid.Int64Range(-1800, 1800).Draw(rt, "seconds ahead")) * time.Second
		zone := time.FixedZone("", offset*60)
		err := checkAt(t, txTime.Add(ahead).In(zone).Format(time.RFC3339), txTime)
		if ahead > MaxClockSkew && CodeOf(err) != FutureTime {
			rt.Fatalf("%v ahead: %v", ahead, err)
		}
		if ahead <= MaxClockSkew && err != nil {
			rt.Fatalf("%v ahead: %v", ahead, err)
		}
	})
}

func TestFutureTimeNamesItsField(t *testing.T) {
	wantRefusal(t, checkAt(t, "2025-10-01T01:15:01Z", txTime), FutureTime, "occurredAt")
	wantRefusal(t, checkAt(t, "9999-12-31T23:59:59Z", txTime), FutureTime, "occurredAt")
	if err := checkAt(t, "2025-10-01T01:15:00Z", txTime); err != nil {
		t.Errorf("at the bound: %v", err)
	}
}

func TestHeaderTime(t *testing.T) {
	h := by(depot, "X")
	if want := time.Date(2025, 10, 1, 0, 0, 0, 0, time.UTC); !h.Time().Equal(want) {
		t.Errorf("the time is %v", h.Time())
	}
	h.OccurredAt = "yesterday"
	if !h.Time().IsZero() {
		t.Errorf("a malformed time is %v", h.Time())
	}
}
