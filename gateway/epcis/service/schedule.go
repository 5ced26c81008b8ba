package service

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// schedule says when a query is asked, in the words of the standard: for each
// unit numbers, ranges [a-b] and lists of both, divided by commas; what is
// left out holds always, but for the second, which is then 0. Times are UTC.
type schedule struct {
	Second     string `json:"second,omitempty"`
	Minute     string `json:"minute,omitempty"`
	Hour       string `json:"hour,omitempty"`
	DayOfMonth string `json:"dayOfMonth,omitempty"`
	Month      string `json:"month,omitempty"`
	DayOfWeek  string `json:"dayOfWeek,omitempty"` // 1 is Monday
}

// times are the allowed numbers of each unit.
type times struct{ second, minute, hour, day, month, week uint64 }

var errSchedule = errors.New("is not numbers, ranges [a-b] or lists of them")

func (s schedule) read() (t times, err error) {
	if s == (schedule{}) {
		return t, errors.New("schedule: is empty")
	}
	for _, u := range []struct {
		name, text string
		low, high  int
		none       string
		into       *uint64
	}{
		{"second", s.Second, 0, 59, "0", &t.second}, {"minute", s.Minute, 0, 59, "", &t.minute}, {"hour", s.Hour, 0, 23, "", &t.hour},
		{"dayOfMonth", s.DayOfMonth, 1, 31, "", &t.day}, {"month", s.Month, 1, 12, "", &t.month}, {"dayOfWeek", s.DayOfWeek, 1, 7, "", &t.week},
	} {
		text := u.text
		if text == "" {
			text = u.none
		}
		if *u.into, err = numbers(text, u.low, u.high); err != nil {
			return t, errors.New("schedule." + u.name + ": " + err.Error())
		}
	}
	return t, nil
}

// numbers reads a unit into bits; an empty one allows all.
func numbers(text string, low, high int) (set uint64, err error) {
	if text == "" {
		text = "[" + strconv.Itoa(low) + "-" + strconv.Itoa(high) + "]"
	}
	for item := range strings.SplitSeq(text, ",") {
		from, to := item, item
		if inner, ok := strings.CutPrefix(item, "["); ok {
			from, to, _ = strings.Cut(strings.TrimSuffix(inner, "]"), "-")
		}
		a, err1 := strconv.Atoi(from)
		b, err2 := strconv.Atoi(to)
		if err1 != nil || err2 != nil || a < low || b > high || a > b {
			return 0, errSchedule
		}
		for n := a; n <= b; n++ {
			set |= 1 << n
		}
	}
	return set, nil
}

// next is the first moment after a time; zero where there is none within four
// years.
func (t times) next(after time.Time) time.Time {
	at := after.UTC().Truncate(time.Second).Add(time.Second)
	for end := at.AddDate(4, 0, 1); at.Before(end); {
		week := (int(at.Weekday())+6)%7 + 1
		switch {
		case t.month&(1<<int(at.Month())) == 0 || t.day&(1<<at.Day()) == 0 || t.week&(1<<week) == 0:
			at = time.Date(at.Year(), at.Month(), at.Day()+1, 0, 0, 0, 0, time.UTC)
		case t.hour&(1<<at.Hour()) == 0:
			at = at.Truncate(time.Hour).Add(time.Hour)
		case t.minute&(1<<at.Minute()) == 0:
			at = at.Truncate(time.Minute).Add(time.Minute)
		case t.second&(1<<at.Second()) == 0:
			at = at.Add(time.Second)
		default:
			return at
		}
	}
	return time.Time{}
}
