using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Nines.Core;
using Nines.Web.Access;
using Nines.Web.Api.Description;
using Nines.Web.Api.Routing;

namespace Nines.Web.Tests.Api;

/// <summary><c>/api/v1/openapi.json</c>.</summary>
public sealed class DescriptionTests
{
    private static readonly string File = Path.Combine(Root(), "schema", "nines.openapi.json");

    [Fact]
    public async Task Every_route_of_the_API_is_described_once_and_every_reference_leads_somewhere()
    {
        await using var server = await ApiServer.StartAsync();
        var (_, json) = await server.GetAsync("/api/v1/openapi.json");
        var description = JsonNode.Parse(json.GetRawText())!.AsObject();
        var endpoints = server.Raw.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/api/", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(endpoints);
        foreach (var endpoint in endpoints)
        {
            var route = endpoint.Metadata.GetMetadata<ApiRoute>();
            Assert.True(route is not null, $"{endpoint.RoutePattern.RawText} is not mapped by ApiRoutes.");
            Assert.True(endpoint.Metadata.GetMetadata<RoleNeeded>() is not null, $"{route.Id} states no role.");
            var operation = description["paths"]![route.Path]![route.Method.ToLowerInvariant()]!;
            Assert.Equal(route.Id, operation["operationId"]!.GetValue<string>());
            var inPath = endpoint.RoutePattern.Parameters.Select(parameter => parameter.Name).Order();
            Assert.Equal(inPath, route.Parameters.Where(parameter => parameter.Place == ParameterPlace.Path).Select(parameter => parameter.Name).Order());
            Assert.EndsWith(".", route.Summary, StringComparison.Ordinal);
        }
        var ids = endpoints.Select(endpoint => endpoint.Metadata.GetMetadata<ApiRoute>()!.Id).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        foreach (var reference in References(description)) SchemaFit.Target(reference, description);
        foreach (var types in endpoints.Select(endpoint => endpoint.Metadata.GetMetadata<ApiRoute>()!).SelectMany(route => new[] { route.Answer, route.Body }).OfType<Type>().Distinct().GroupBy(OpenApiDocument.NameOf))
            Assert.True(types.Count() == 1, $"{string.Join(" and ", types)} would be described as one.");
    }

    [Fact]
    public async Task Real_answers_fit_what_is_described()
    {
        await using var server = await ApiServer.StartAsync();
        await server.Watched.ConfigAsync("shop", "pay");
        server.Watched.Until = 600;
        await server.Watched.ReviseAsync("shop", 1, Watched.In(1, State.Up), Watched.In(100, State.Down, "shop-1"), Watched.In(200, State.Up));
        await server.Watched.ReviseAsync("pay", 1, Watched.In(1, State.Up), Watched.Between(300, State.Up, State.Down, State.Down, "pay-1"));
        var description = JsonNode.Parse((await server.GetAsync("/api/v1/openapi.json")).Json.GetRawText())!.AsObject();
        var tried = 0;
        foreach (var (path, methods) in description["paths"]!.AsObject())
        {
            if (methods!["get"] is not { } get || get["responses"]!["200"]!["content"]!["application/json"]?["schema"] is not { } schema) continue;
            var address = path.Replace("/outages/{id}", "/outages/shop-1", StringComparison.Ordinal).Replace("{outage}", "shop-1", StringComparison.Ordinal).Replace("{id}", "shop", StringComparison.Ordinal)
                .Replace("{component}", "shop", StringComparison.Ordinal).Replace("{name}", "strict", StringComparison.Ordinal);
            var (answer, json) = await server.GetAsync(address);
            if (!answer.IsSuccessStatusCode)
            {
                Assert.Empty(SchemaFit.Misfits(JsonNode.Parse(json.GetRawText()), description["components"]!["schemas"]!["Problem"]!, description));
                continue;
            }
            Assert.Empty(SchemaFit.Misfits(JsonNode.Parse(json.GetRawText()), schema, description).Select(misfit => $"{address}: {misfit}"));
            tried++;
        }
        Assert.True(tried >= 3, $"only {tried} answers were tried");
        Assert.Empty(server.Said);
    }

    [Fact]
    public async Task The_description_in_the_repository_is_the_one_that_is_served()
    {
        await using var server = await ApiServer.StartAsync();
        var served = await server.Client.GetStringAsync("/api/v1/openapi.json");
        if (Environment.GetEnvironmentVariable("NINES_WRITE_DOCS") == "1") await System.IO.File.WriteAllTextAsync(File, served);
        var kept = System.IO.File.Exists(File) ? await System.IO.File.ReadAllTextAsync(File) : "";
        Assert.True(served == kept, "schema/nines.openapi.json is stale: NINES_WRITE_DOCS=1 tests/Nines.Web.Tests/bin/Release/net10.0/Nines.Web.Tests -class Nines.Web.Tests.Api.DescriptionTests");
    }

    [Fact]
    public async Task The_page_of_the_reference_lists_every_route()
    {
        await using var server = await ApiServer.StartAsync();
        var (_, json) = await server.GetAsync("/api/v1/openapi.json");
        var lines = json.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(operation =>
            $"| `{operation.Name.ToUpperInvariant()} {path.Name}` | {operation.Value.GetProperty("x-least-role").GetString()} | {operation.Value.GetProperty("summary").GetString()!.Replace("|", "\\|", StringComparison.Ordinal)} |"));
        var table = $"\n| route | least role | |\n|---|---|---|\n{string.Join('\n', lines)}\n";
        var page = Path.Combine(Root(), "docs", "reference", "api.md");
        const string begin = "<!-- routes -->", end = "<!-- /routes -->";
        var text = await System.IO.File.ReadAllTextAsync(page);
        var (from, to) = (text.IndexOf(begin, StringComparison.Ordinal) + begin.Length, text.IndexOf(end, StringComparison.Ordinal));
        if (Environment.GetEnvironmentVariable("NINES_WRITE_DOCS") == "1") await System.IO.File.WriteAllTextAsync(page, text[..from] + table + text[to..]);
        else Assert.True(text[from..to] == table, "docs/reference/api.md is stale: write it anew as schema/nines.openapi.json is");
    }

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(member => member.Key == "$ref" ? [member.Value!.GetValue<string>()] : References(member.Value)),
        JsonArray list => list.SelectMany(References),
        _ => [],
    };

    internal static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "Nines.slnx"))) return folder.FullName;
        throw new InvalidOperationException($"No Nines.slnx above {AppContext.BaseDirectory}.");
    }
}
