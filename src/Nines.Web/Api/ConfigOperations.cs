using System.Text.Json;

namespace Nines.Web.Api;

/// <summary>The config as it was understood: defaults filled in, secrets taken out.</summary>
public sealed class ConfigOperations(ConsoleOptions console)
{
    /// <exception cref="ApiProblem">The watch starts or stops.</exception>
    public async Task<ConfigDocument> GetAsync(CancellationToken cancellation)
    {
        if (console.Config() is not { } config) throw new ApiProblem(503, "NIN4342", "The watch is out of reach", "The watch starts or stops.", "Ask again in a moment.") { RetryAfter = TimeSpan.FromSeconds(2) };
        var head = await console.Journal.HeadAsync(cancellation);
        using var json = JsonDocument.Parse(config);
        return new ConfigDocument(ConfigDocument.SchemaName, head.Value, json.RootElement.Clone());
    }
}

/// <summary>The config that is in effect (nines.config/1).</summary>
/// <param name="Config">As it is put on record: no secret is in it.</param>
public sealed record ConfigDocument(string Schema, long AsOfPosition, JsonElement Config)
{
    public const string SchemaName = "nines.config/1";
}
