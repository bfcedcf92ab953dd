using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nines.Bench;

/// <summary>What every benchmark prints: figures with their aims, beside a peer's from the same run where there is one.</summary>
internal sealed record Report(string Schema, string Name, Machine Machine, int Runs, IReadOnlyList<Figure> Figures)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>What the exit code says; not a member of the JSON object, whose readers see each figure's own.</summary>
    [JsonIgnore]
    public bool IsMet => Figures.All(figure => figure.Met != false);

    /// <summary>What lies under the figures, one a row; left out where there is nothing to list.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<object>? Rows { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    public static Report Of(string name, int runs, params IEnumerable<Figure> figures) => new("nines.bench/1", name, Machine.Here(), runs, [.. figures]);
}

/// <param name="Aim">What the figure should reach; null for one that only informs.</param>
/// <param name="Better">"lower" or "higher".</param>
internal sealed record Figure(string Name, double? Value, string Unit, string Better, double? Aim = null)
{
    public bool? Met => Aim is null ? null : Value is { } value && (Better == "lower" ? value <= Aim : value >= Aim);

    /// <summary>The same figure of a peer, from the same run; null where there is none.</summary>
    public Peer? Peer { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Note { get; init; }
}

internal sealed record Peer(string Name, string Version, double? Value);

internal sealed record Machine(string Os, string Cpu, int Cores, double MemoryGib, string Dotnet)
{
    public static Machine Here() => new(
        System.Runtime.InteropServices.RuntimeInformation.OSDescription,
        File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown"
            : "unknown",
        Environment.ProcessorCount,
        double.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1073741824.0, 1),
        Environment.Version.ToString());
}

/// <summary>Statistics of measured values.</summary>
internal static class Median
{
    public static double Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? throw new ArgumentException("There is no median of nothing.", nameof(values))
            : sorted.Length % 2 == 1 ? sorted[sorted.Length / 2]
            : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    /// <returns>The smallest value that no less than this share of the values does not exceed.</returns>
    public static double Quantile(IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        return sorted[Math.Clamp((int)Math.Ceiling(sorted.Length * share) - 1, 0, sorted.Length - 1)];
    }
}
