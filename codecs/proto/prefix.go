package proto

import "slices"

// prefix is the length of a message or of packed elements that is open: width bytes at offset at of the output, to be filled in at its end.
type prefix struct{ at, width int }

// openLength leaves room for a length: one byte, which is enough for most.
func (w *writer) openLength() {
	w.open = append(w.open, prefix{len(w.out.B), 1})
	w.out.B = append(w.out.B, 0)
}

// close fills in the lengths of the n that were opened last.
func (w *writer) close(n int) {
	for range n {
		top := len(w.open) - 1
		size := uint64(len(w.out.B) - w.open[top].at - w.open[top].width)
		if need := sizeVarint(size); need > w.open[top].width {
			w.widen(need)
		}
		at := w.open[top].at
		for ; size >= 0x80; size >>= 7 {
			w.out.B[at] = byte(size) | 0x80
			at++
		}
		w.out.B[at] = byte(size)
		w.open = w.open[:top]
	}
}

// widen makes room of need bytes for each length that is open and has less, moving what stands behind it once: a length around one that
// needs as many bytes will need no fewer. So each byte is moved four times at most, however deep it stands.
func (w *writer) widen(need int) {
	shift, first := 0, len(w.open)
	for first > 0 && w.open[first-1].width < need {
		first--
		shift += need - w.open[first].width
	}
	end := len(w.out.B)
	w.out.B = slices.Grow(w.out.B, shift)[:end+shift]
	b := w.out.B
	for i := len(w.open) - 1; i >= first; i-- {
		p := &w.open[i]
		from := p.at + p.width
		copy(b[from+shift:end+shift], b[from:end])
		end = p.at
		shift -= need - p.width
		p.at, p.width = p.at+shift, need
	}
}
