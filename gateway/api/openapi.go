package api

import (
	_ "embed"
	"fmt"

	"github.com/go-json-experiment/json"
	"gopkg.in/yaml.v3"
)

//go:embed openapi.yaml
var openapiYAML []byte

// openAPI is the description of the interface as JSON. It is written by hand;
// a test holds it against the routes and their answers.
func openAPI(version string) ([]byte, error) {
	var document map[string]any
	if err := yaml.Unmarshal(openapiYAML, &document); err != nil {
		return nil, fmt.Errorf("openapi.yaml: %w", err)
	}
	if info, ok := document["info"].(map[string]any); ok && version != "" {
		info["version"] = version
	}
	return json.Marshal(document, json.Deterministic(true))
}
