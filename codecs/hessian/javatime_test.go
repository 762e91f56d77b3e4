package hessian

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestTimeText has texts that Java's parse takes, and what is made of them.
func TestTimeText(t *testing.T) {
	for _, c := range []struct {
		kind     timeKind
		in, want string // want "": refused
	}{
		{localDate, "2024-02-29", "2024-02-29"}, {localDate, "-0044-03-15", "-0044-03-15"}, {localDate, "+12345-01-01", "+12345-01-01"},
		{localDate, "0000-01-01", "0000-01-01"}, {localDate, "12345-01-01", ""}, {localDate, "2023-02-29", ""}, {localDate, "2024-13-01", ""},
		{localDate, "2024-00-01", ""}, {localDate, "2024-1-1", ""}, {localDate, "2024-01-01T00:00", ""}, {localDate, "", ""},
		{localTime, "10:15", "10:15:00"}, {localTime, "10:15:00", "10:15:00"}, {localTime, "10:15:30", "10:15:30"}, {localTime, "10:15:00.1", "10:15:00.100"},
		{localTime, "23:59:59.123456", "23:59:59.123456"}, {localTime, "00:00:00.000000001", "00:00:00.000000001"}, {localTime, "24:00", ""},
		{localTime, "10:60", ""}, {localTime, "10:15:60", ""}, {localTime, "10", ""}, {localTime, "10:15:30.", ""}, {localTime, "10:15:30.1234567890", ""},
		{localDateTime, "2024-02-29T10:15:30", "2024-02-29T10:15:30"}, {localDateTime, "2024-02-29 10:15", ""},
		{zoneOffset, "Z", "Z"}, {zoneOffset, "+00:00", "Z"}, {zoneOffset, "+01:00:01", "+01:00:01"}, {zoneOffset, "-18:00", "-18:00"}, {zoneOffset, "+18:01", ""},
		{zoneOffset, "+01:60", ""}, {zoneOffset, "01:00", ""}, {zoneOffset, "+0100", ""},
		{offsetTime, "10:15+01:00", "10:15:00+01:00"}, {offsetTime, "10:15", ""},
		{offsetDateTime, "2024-02-29T10:15Z", "2024-02-29T10:15:00Z"},
		{zonedDateTime, "2024-02-29T10:15+01:00[Europe/Paris]", "2024-02-29T10:15:00+01:00[Europe/Paris]"}, {zonedDateTime, "2024-02-29T10:15Z", "2024-02-29T10:15:00Z"},
		{zonedDateTime, "2024-02-29T10:15Z[UTC]", "2024-02-29T10:15:00Z[UTC]"}, {zonedDateTime, "2024-02-29T10:15Z[", ""}, {zonedDateTime, "2024-02-29T10:15[UTC]", ""},
		{instant, "2024-02-29T10:15:30Z", "2024-02-29T10:15:30Z"}, {instant, "2024-02-29T10:15:00.5Z", "2024-02-29T10:15:00.500Z"},
		{instant, "1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"}, {instant, "2024-02-29T10:15:30+01:00", "2024-02-29T09:15:30Z"}, {instant, "2024-02-29", ""},
		{duration, "PT0S", "PT0S"}, {duration, "P1D", "PT24H"}, {duration, "PT8H6M12.345S", "PT8H6M12.345S"}, {duration, "PT-0.5S", "PT-0.5S"}, {duration, "-PT1.5S", "PT-1.5S"},
		{duration, "PT-6H+3M", "PT-5H-57M"}, {duration, "PT90M", "PT1H30M"}, {duration, "PT", ""}, {duration, "P", ""}, {duration, "PT1M1H", ""}, {duration, "P1H", ""}, {duration, "PT1D", ""},
		{duration, "PT1", ""}, {duration, "PT1.5M", ""}, {duration, "PT999999999999999999H", ""}, {duration, "P1DT", ""}, {duration, "1S", ""},
		{zoneID, "Europe/Paris", "Europe/Paris"}, {zoneID, "", ""},
		{year, "2024", "2024"}, {year, "-5", "-5"}, {year, "x", ""}, {year, "1234567890", ""},
		{yearMonth, "2024-02", "2024-02"}, {yearMonth, "2024-13", ""}, {monthDay, "--02-29", "--02-29"}, {monthDay, "--02-30", ""}, {monthDay, "02-29", ""},
		{period, "P1Y2M3D", "P1Y2M3D"}, {period, "P0D", "P0D"}, {period, "P2W", "P14D"}, {period, "-P1Y", "P-1Y"}, {period, "P1Y-2M", "P1Y-2M"}, {period, "P", ""},
		{period, "P1D1Y", ""}, {period, "P3000000000D", ""}, {period, "P1H", ""},
	} {
		k := &timeKinds[c.kind]
		var p parts
		text := timeText{[]byte(c.in)}
		ok := k.parse(&text, &p) && len(text.s) == 0
		if ok != (c.want != "") {
			t.Errorf("%s %q: parsed %v, left %q", k.name, c.in, ok, text.s)
			continue
		}
		if !ok {
			continue
		}
		if got, ok := k.format(nil, &p); !ok || string(got) != c.want {
			t.Errorf("%s %q: got %s %v, want %s", k.name, c.in, got, ok, c.want)
		}
	}
}

// TestCivil compares dates with package time's.
func TestCivil(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.Int64Range(-100_000_000, 100_000_000).Draw(r, "days")
		y, m, d := civil(n)
		want := time.Unix(n*day, 0).UTC()
		if y != int64(want.Year()) || m != int64(want.Month()) || d != int64(want.Day()) || days(y, m, d) != n {
			r.Fatalf("day %d: %d-%d-%d (%d), want %v", n, y, m, d, days(y, m, d), want)
		}
	})
}
