package admin

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
)

// pages are all there is, whoever asks.
func pages(o *Options) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) { text(w, http.StatusOK, "alive") })
	mux.HandleFunc("GET /ready", func(w http.ResponseWriter, _ *http.Request) {
		if o.Bridge.Ready() {
			text(w, http.StatusOK, "ready")
			return
		}
		text(w, http.StatusServiceUnavailable, "not ready")
	})
	mux.HandleFunc("GET /status", func(w http.ResponseWriter, _ *http.Request) { page(w, o.Bridge.Status()) })
	mux.HandleFunc("GET /contracts", func(w http.ResponseWriter, _ *http.Request) { page(w, o.Bridge.Contracts()) })
	mux.HandleFunc("GET /contracts/learned", func(w http.ResponseWriter, _ *http.Request) {
		text(w, http.StatusOK, strings.TrimSuffix(string(o.Bridge.Learned()), "\n"))
	})
	mux.Handle("GET /metrics", o.Metrics)
	mux.HandleFunc("POST /reload", func(w http.ResponseWriter, _ *http.Request) {
		if err := o.Bridge.Reload(); err != nil {
			text(w, http.StatusUnprocessableEntity, err.Error())
			return
		}
		text(w, http.StatusOK, "reloaded")
	})
	mux.HandleFunc("POST /drain", func(w http.ResponseWriter, _ *http.Request) {
		text(w, http.StatusAccepted, "draining")
		o.Bridge.Drain()
	})
	return mux
}

// page answers with v as JSON.
func page(w http.ResponseWriter, v any) {
	p, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		text(w, http.StatusInternalServerError, err.Error())
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(append(p, '\n')) // who has gone away cannot be told so
}

// text answers with one line, or a few.
func text(w http.ResponseWriter, status int, s string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, s+"\n") // who has gone away cannot be told so
}
