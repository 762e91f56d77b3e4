package main

import (
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"time"

	hessian "github.com/apache/dubbo-go-hessian2"
	"github.com/apache/dubbo-go-hessian2/java8_time"
	"github.com/apache/dubbo-go-hessian2/java_exception"
	"github.com/apache/dubbo-go-hessian2/java_util"
	gost "github.com/dubbogo/gost/math/big"
)

const text = "clef \U0001D11E 漢 end"

type color hessian.JavaEnum

const (
	red color = iota
	green
	blue
)

var colorNames = map[color]string{red: "RED", green: "GREEN", blue: "BLUE"}

func (color) JavaClassName() string { return "io.dragoman.sample.Color" }
func (c color) String() string      { return colorNames[c] }

func (color) EnumValue(s string) hessian.JavaEnum {
	for c, name := range colorNames {
		if name == s {
			return hessian.JavaEnum(c)
		}
	}
	return hessian.InvalidJavaEnum
}

// Item is the nested class.
type Item struct {
	Sku      string
	Quantity *int32
	Tags     []string
}

// JavaClassName is asked by the encoder.
func (*Item) JavaClassName() string { return "io.dragoman.sample.Item" }

// String makes items comparable as text: the library has nil for an empty list and the other way round.
func (i *Item) String() string {
	if i == nil {
		return "null"
	}
	quantity := "null"
	if i.Quantity != nil {
		quantity = fmt.Sprint(*i.Quantity)
	}
	return fmt.Sprintf("{%s %s %q}", i.Sku, quantity, i.Tags)
}

// Base is what Order inherits; the encoder lists its fields after Order's.
type Base struct {
	Id        int64
	CreatedBy string
}

// Order has a string for the char: the library's Rune takes the first byte of one.
type Order struct {
	Base
	Name    string
	Count   int32
	Total   int64
	Ratio   float64
	Paid    bool
	Color   color
	Price   *gost.Decimal
	Big     *gost.Integer
	At      time.Time
	Day     *java8_time.LocalDate
	Moment  *java8_time.LocalDateTime
	Instant *java8_time.Instant
	Blob    []byte
	Items   []*Item
	BySku   map[string]*Item
	Names   map[int32]string
	First   *Item
	Again   *Item
	Note    any
	Numbers []int32
	Boxed   any
	Letter  string
	// Last, as Java writes it: Dubbo 2.7.23 miscounts references after a UUID.
	Uuid *java_util.UUID
}

// JavaClassName is asked by the encoder.
func (*Order) JavaClassName() string { return "io.dragoman.sample.Order" }

// OutOfStock has Throwable's fields, as the encoder knows no inheritance of exceptions.
type OutOfStock struct {
	SerialVersionUID     int64
	DetailMessage        string
	SuppressedExceptions []java_exception.Throwabler
	StackTrace           []java_exception.StackTraceElement
	Cause                java_exception.Throwabler
	Sku                  string
	Left                 int32
}

func (e OutOfStock) Error() string { return e.DetailMessage }

// JavaClassName is asked by the encoder.
func (OutOfStock) JavaClassName() string { return "io.dragoman.sample.OutOfStock" }

// GetStackTrace makes it a Throwabler.
func (e OutOfStock) GetStackTrace() []java_exception.StackTraceElement { return e.StackTrace }

func registerClasses() {
	for c := range colorNames {
		hessian.RegisterJavaEnum(c)
	}
	hessian.RegisterPOJO(&Item{})
	hessian.RegisterPOJO(&Order{})
	hessian.RegisterPOJO(&OutOfStock{})
	hessian.RegisterPOJO(&java_util.UUID{})
}

func fixture() *Order {
	two := int32(2)
	a := &Item{Sku: "A-1", Quantity: &two, Tags: []string{"red", "\U0001D11E"}}
	b := &Item{Sku: "B-漢", Tags: []string{}}
	price := &gost.Decimal{}
	if err := price.FromString("1.10"); err != nil {
		panic(err)
	}
	large := &gost.Integer{}
	if err := large.FromString(new(big.Int).Lsh(big.NewInt(1), 70).String()); err != nil {
		panic(err)
	}
	day := java8_time.LocalDate{Year: 2026, Month: 11, Day: 21}
	at := time.Date(2026, 11, 21, 3, 18, 0, 123e6, time.UTC)
	return &Order{
		Base: Base{Id: 72057594037927937, CreatedBy: "李雷"},
		Name: "fixture", Count: 3, Total: 9007199254740993, Ratio: 0.1, Paid: true, Color: green,
		Price: price, Big: large, At: at, Day: &day,
		Moment:  &java8_time.LocalDateTime{Date: day, Time: java8_time.LocalTime{Hour: 3, Minute: 18}},
		Instant: &java8_time.Instant{Seconds: at.Unix(), Nanos: 1},
		Blob:    []byte{0, 1, 127, 128, 255},
		Uuid:    &java_util.UUID{Value: "123e4567-e89b-12d3-a456-426614174000"},
		Items:   []*Item{a, b}, BySku: map[string]*Item{"A-1": a, "B-漢": b},
		Names: map[int32]string{1: "one", 2: "二"}, First: a, Again: a,
		Numbers: []int32{1, -2, 2147483647}, Letter: "é",
	}
}

// numbered has null for the empty list: the library counts no reference for one that is empty, and all references of
// the orders after it would miss.
func numbered(i int) *Order {
	o := fixture()
	o.Items[1].Tags = nil
	o.Id, o.Name, o.Uuid = int64(i), fmt.Sprintf("order-%d", i), nil
	return o
}

// difference names the first field of got that is not want's, "" when there is none.
func difference(want, got *Order) string {
	if got == nil {
		return "order: expected one, got null"
	}
	w, g := reflect.ValueOf(*want), reflect.ValueOf(*got)
	for i := range w.NumField() {
		name := w.Type().Field(i).Name
		a, b := w.Field(i).Interface(), g.Field(i).Interface()
		if same(a, b) {
			continue
		}
		return fmt.Sprintf("field %s: expected %s, got %s", name, show(a), show(b))
	}
	return ""
}

func same(a, b any) bool {
	switch w := a.(type) {
	case time.Time:
		g, ok := b.(time.Time)
		return ok && w.Equal(g)
	case *gost.Decimal:
		g, ok := b.(*gost.Decimal)
		return ok && g != nil && w.String() == g.String()
	case *gost.Integer:
		g, ok := b.(*gost.Integer)
		return ok && g != nil && w.String() == g.String()
	case *Item, []*Item, map[string]*Item:
		return fmt.Sprint(a) == fmt.Sprint(b)
	}
	if v := reflect.ValueOf(a); v.IsValid() && v.Kind() == reflect.Pointer && v.IsNil() {
		return !reflect.ValueOf(b).IsValid() || reflect.ValueOf(b).IsNil()
	}
	return reflect.DeepEqual(a, b)
}

func show(v any) string {
	if _, ok := v.(fmt.Stringer); ok {
		return fmt.Sprintf("%v (%T)", v, v)
	}
	if r := reflect.ValueOf(v); r.IsValid() && r.Kind() == reflect.Pointer && !r.IsNil() {
		v = r.Elem().Interface()
	}
	return fmt.Sprintf("%+v (%T)", v, v)
}

func check(want, got *Order) error {
	if d := difference(want, got); d != "" {
		return errors.New(d)
	}
	return nil
}
