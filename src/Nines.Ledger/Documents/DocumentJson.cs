using System.Text.Json;
using System.Text.Json.Serialization;
using Nines.Core.Facts;
using Nines.Ledger.Text;
using NodaTime;

namespace Nines.Ledger.Documents;

/// <summary>How documents (what the CLI, the API and notices hand out) become JSON: as facts do, but members without a value are written as null.</summary>
public static class DocumentJson
{
    public static readonly JsonSerializerOptions Options = MakeOptions();

    /// <summary>Seconds, to the tick of 100 ns.</summary>
    public static decimal Seconds(Duration duration) => (decimal)duration.BclCompatibleTicks / NodaConstants.TicksPerSecond;

    /// <summary>The duration that <see cref="Seconds"/> tells, cut to the tick.</summary>
    public static Duration FromSeconds(decimal seconds) => Duration.FromTicks((long)(seconds * NodaConstants.TicksPerSecond));

    /// <summary>A share of one, cut off after twelve decimals: never rounded up.</summary>
    public static decimal Share(decimal share) => PercentText.Floor(share, 12);

    /// <inheritdoc cref="Share(decimal)"/>
    /// <returns>Null where nothing is known.</returns>
    public static decimal? Share(decimal? share) => share is { } value ? Share(value) : null;

    private static JsonSerializerOptions MakeOptions()
    {
        var options = new JsonSerializerOptions(FactJson.Options) { DefaultIgnoreCondition = JsonIgnoreCondition.Never };
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
