using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Nines.Ledger.Documents;
using Nines.Web.Access;
using Nines.Web.Api.Routing;

namespace Nines.Web.Api.Description;

/// <summary>The description of the API (OpenAPI 3.1), made from what its routes state of themselves.</summary>
internal static class OpenApiDocument
{
    private const string Schemas = "#/components/schemas/";

    private static readonly JsonSerializerOptions Printing = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" };

    /// <param name="endpoints">All of the server; those that are no <see cref="ApiRoute"/> are left out.</param>
    public static string Of(IEnumerable<Endpoint> endpoints)
    {
        var paths = new SortedDictionary<string, JsonObject>(StringComparer.Ordinal);
        var schemas = new SortedDictionary<string, JsonNode>(StringComparer.Ordinal);
        foreach (var endpoint in endpoints.OfType<RouteEndpoint>())
        {
            if (endpoint.Metadata.GetMetadata<ApiRoute>() is not { } route) continue;
            if (!paths.TryGetValue(route.Path, out var path)) paths.Add(route.Path, path = []);
            path[route.Method.ToLowerInvariant()] = Operation(route, endpoint.Metadata.GetMetadata<RoleNeeded>()?.Role ?? Role.None, schemas);
        }
        schemas["Problem"] = SchemaOf(typeof(ProblemDocument), "Problem");
        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "Nines",
                ["version"] = "1",
                ["description"] = "Instants are RFC 3339 in UTC, lengths are decimal seconds (…_s), shares are 0 to 1 and cut off, never rounded up. What has no value is null. New members may come.",
            },
            ["security"] = new JsonArray(new JsonObject { ["token"] = new JsonArray() }, new JsonObject { ["session"] = new JsonArray() }, new JsonObject()),
            ["paths"] = new JsonObject(paths.Select(path => KeyValuePair.Create(path.Key, (JsonNode?)path.Value))),
            ["components"] = new JsonObject
            {
                ["schemas"] = new JsonObject(schemas.Select(schema => KeyValuePair.Create(schema.Key, (JsonNode?)schema.Value))),
                ["responses"] = new JsonObject
                {
                    ["Problem"] = new JsonObject { ["description"] = "Why not, and what to do about it (RFC 9457).", ["content"] = Content(ProblemAnswers.MediaType, new JsonObject { ["$ref"] = Schemas + "Problem" }) },
                },
                ["securitySchemes"] = new JsonObject
                {
                    ["token"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["description"] = "An API token, or a JWT of the identity provider." },
                    ["session"] = new JsonObject { ["type"] = "apiKey", ["in"] = "cookie", ["name"] = SessionCookie.PlainName, ["description"] = $"A browser that is logged in; behind TLS the cookie is {SessionCookie.SecureName}." },
                },
            },
        }.ToJsonString(Printing) + "\n";
    }

    private static JsonObject Operation(ApiRoute route, Role role, SortedDictionary<string, JsonNode> schemas)
    {
        var operation = new JsonObject
        {
            ["operationId"] = route.Id,
            ["summary"] = route.Summary,
            ["tags"] = new JsonArray(route.Path.Split('/')[3]),
            ["x-least-role"] = Formats.WordOf(role),
        };
        if (!route.Parameters.IsEmpty) operation["parameters"] = new JsonArray([.. route.Parameters.Select(Parameter)]);
        if (route.Body is { } body) operation["requestBody"] = new JsonObject { ["required"] = true, ["content"] = Content(ApiAnswer.Json, Reference(body, schemas)) };
        var answers = new JsonObject
        {
            ["200"] = new JsonObject
            {
                ["description"] = "Done.",
                ["content"] = route.Answer is { } answer ? Content(ApiAnswer.Json, Reference(answer, schemas))
                    : new JsonObject(route.MediaTypes.Select(media => KeyValuePair.Create(media, (JsonNode?)new JsonObject()))),
            },
        };
        if (route is { Method: "GET", HasTag: true, IsSecret: false }) answers["304"] = new JsonObject { ["description"] = "What If-None-Match names is still so." };
        answers["default"] = new JsonObject { ["$ref"] = "#/components/responses/Problem" };
        operation["responses"] = answers;
        return operation;
    }

    private static JsonNode Parameter(ApiParameter parameter)
    {
        JsonNode schema = parameter.Repeats ? new JsonObject { ["type"] = "array", ["items"] = parameter.Schema(), ["maxItems"] = ApiParameter.MostValues } : parameter.Schema();
        return new JsonObject { ["name"] = parameter.Name, ["in"] = parameter.PlaceWord, ["required"] = parameter.IsRequired, ["description"] = parameter.About, ["schema"] = schema };
    }

    private static JsonObject Content(string media, JsonObject schema) => new() { [media] = new JsonObject { ["schema"] = schema } };

    private static JsonObject Reference(Type type, SortedDictionary<string, JsonNode> schemas)
    {
        var name = NameOf(type);
        if (!schemas.ContainsKey(name)) schemas[name] = SchemaOf(type, name);
        return new JsonObject { ["$ref"] = Schemas + name };
    }

    internal static string NameOf(Type type) => type.IsGenericType ? $"{type.Name.Split('`')[0]}Of{string.Join("And", type.GetGenericArguments().Select(NameOf))}" : type.Name;

    private static JsonNode SchemaOf(Type type, string name) => Rooted(DocumentSchema.Of(type, DocumentJson.Options), Schemas + name);

    /// <summary>The exporter's references go from the root of the schema; here that lies within a larger document.</summary>
    private static JsonNode Rooted(JsonNode node, string root)
    {
        if (node is JsonArray list)
            foreach (var item in list.OfType<JsonNode>()) Rooted(item, root);
        if (node is not JsonObject members) return node;
        if (members["$ref"] is JsonValue reference && reference.GetValue<string>() is ['#', ..] pointer) members["$ref"] = root + pointer[1..];
        foreach (var (_, member) in members)
            if (member is not null) Rooted(member, root);
        return node;
    }
}
