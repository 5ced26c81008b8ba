package record

// plain tells, in one pass over the bytes, that a JSON document is of the
// common kind that scanStrict has nothing against: ASCII text without escapes,
// no nulls, whole numbers, nothing too long or too deep. It may say no of a
// good document, which scanStrict then reads token by token; of a document
// that scanStrict refuses it never says yes, provided that the document is
// valid JSON, which the decoder checks anyway.
func plain(data []byte) bool {
	depth, members := 0, 0
	for i := 0; i < len(data); i++ {
		switch b := data[i]; {
		case b == '"':
			n := plainString(data[i+1:])
			if n < 0 {
				return false
			}
			i += n + 1
		case b == '{' || b == '[':
			if depth++; depth > maxDepth {
				return false
			}
		case b == '}' || b == ']':
			depth--
		case b == ',' || b == ':':
			if members++; members > maxTokens/4 {
				return false
			}
		case b == 'n' || b == '.' || b == 'E' || b == 'e' && (i == 0 || data[i-1] >= '0' && data[i-1] <= '9'):
			return false // a null, or a number that is no integer
		}
	}
	return true
}

// plainString is the length of the string that begins here, -1 where it is
// not plain or does not end.
func plainString(s []byte) int {
	for i, b := range s {
		switch {
		case b == '"':
			return i
		case b < 0x20 || b == '\\' || b >= 0x7f || i >= maxStringBytes:
			return -1
		}
	}
	return -1
}
