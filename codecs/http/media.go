package http

import "bytes"

// isJSON says whether a Content-Type is application/json, in UTF-8.
func isJSON(value []byte) bool {
	media, params, more := bytes.Cut(value, []byte(";"))
	if !foldEqual(bytes.TrimRight(media, " \t"), "application/json") {
		return false
	}
	return !more || isUTF8(params)
}

// isAnyJSON says whether the media type of an answer is JSON, be it in the name of something else (application/problem+json).
func isAnyJSON(value []byte) bool {
	media, _, _ := bytes.Cut(value, []byte(";"))
	media = bytes.TrimRight(media, " \t")
	const suffix = "+json"
	return foldEqual(media, "application/json") || len(media) > len(suffix) && foldEqual(media[len(media)-len(suffix):], suffix)
}

// isUTF8 takes the parameters charset=utf-8 and charset="utf-8" and no other.
func isUTF8(params []byte) bool {
	name, charset, _ := bytes.Cut(bytes.Trim(params, " \t"), []byte("="))
	if !foldEqual(name, "charset") {
		return false
	}
	return foldEqual(charset, "utf-8") || foldEqual(charset, `"utf-8"`)
}
