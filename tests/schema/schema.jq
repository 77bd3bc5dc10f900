# A schema of JSON for whole manifests, of Kubernetes' OpenAPI description and of $own (kinds.json). A field that is
# not described is refused, and so is a kind.

def strict:
	if has("properties") and (has("additionalProperties") | not) then .additionalProperties = false else . end;

def plain:
	walk(if type == "object" then
		with_entries(select(.key | startswith("x-kubernetes") | not)) | if (.description | type) == "string" then del(.description) else . end
	else . end);

# Kubernetes takes both, and says only string.
def either: { type: ["string", "integer"] };

. as $description | $own[0] as $own |
(.definitions | to_entries | map(.key as $name | .value["x-kubernetes-group-version-kind"] // [] |
	if length == 1 then .[0] | { apiVersion: (if .group == "" then .version else "\(.group)/\(.version)" end), kind, definition: $name } else empty end)) + $own.kinds
	| . as $kinds |
{
	"$schema": "http://json-schema.org/draft-07/schema#",
	type: "object",
	required: ["apiVersion", "kind", "metadata"],
	anyOf: ($kinds | map({ properties: { apiVersion: { const: .apiVersion }, kind: { const: .kind } } })),
	allOf: ($kinds | map({
		if: { properties: { apiVersion: { const: .apiVersion }, kind: { const: .kind } } },
		then: { "$ref": "#/definitions/\(.definition)" }
	}))
} as $root |
$root + { definitions: (($description.definitions | map_values(plain | strict)) * ($own.newer | map_values({ properties: . })) + $own.definitions
	| .["io.k8s.apimachinery.pkg.util.intstr.IntOrString"] = either
	| .["io.k8s.apimachinery.pkg.api.resource.Quantity"] = either) }
