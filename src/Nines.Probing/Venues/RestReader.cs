using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Nines.Core.Observations;
using Nines.Probing.Answers;

namespace Nines.Probing.Venues;

/// <summary>A venue's REST shape with all paths read: what to ask for, and what the answers mean. Holds no state.</summary>
internal sealed class RestReader
{
    private readonly JsonPath? errorAt;

    public RestReader(VenueOptions options)
    {
        var shape = RestShape.Of(options);
        Uri Url(string path) => new(options.Url.AbsoluteUri.TrimEnd('/') + path
            .Replace("{symbol}", Uri.EscapeDataString(options.Symbol), StringComparison.Ordinal)
            .Replace("{depth}", options.Depth.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
        JsonPath? Path(string? path) => path is null ? null : Parse(path, options.Symbol);

        errorAt = Path(shape.ErrorAt);
        Time = shape.Time is { } time ? (Url(time.Path), Parse(time.At, options.Symbol)) : null;
        Book = shape.Book is { } book ? new BookPlace(Url(book.Path), Parse(book.Bids, options.Symbol), Parse(book.Asks, options.Symbol), Path(book.Sequence), Path(book.Time)) : null;
        Status =
        [
            .. shape.Status.GroupBy(source => source.Path, StringComparer.Ordinal).Select(group => new StatusPlace(Url(group.Key),
            [
                .. group.Select(source => new StatusRule(Path(source.At), source.Words.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase),
                    [.. source.Flags.Select(flag => (flag.Key, Parse(flag.Key, options.Symbol), flag.Value))])),
            ])),
        ];
    }

    public (Uri Url, JsonPath At)? Time { get; }
    public BookPlace? Book { get; }
    public ImmutableArray<StatusPlace> Status { get; }

    public sealed record BookPlace(Uri Url, JsonPath Bids, JsonPath Asks, JsonPath? Sequence, JsonPath? Time);

    public sealed record StatusPlace(Uri Url, ImmutableArray<StatusRule> Rules);

    public sealed record StatusRule(JsonPath? At, FrozenDictionary<string, TradingStatus> Words, ImmutableArray<(string Text, JsonPath At, TradingStatus Means)> Flags);

    /// <summary>The venue's words for a refusal inside an answer with status 200; null when there is none.</summary>
    public string? ErrorIn(JsonElement root) => errorAt?.Read(root).Text;

    /// <summary>True when the venue's words say that we ask too often.</summary>
    public static bool SaysTooOften(string error) =>
        error.Contains("rate limit", StringComparison.OrdinalIgnoreCase) || error.Contains("too many requests", StringComparison.OrdinalIgnoreCase);

    /// <summary>The worst that the answer says, and the word or flag that says it.</summary>
    public static (TradingStatus Status, string? Word) StatusIn(JsonElement root, StatusPlace place)
    {
        (TradingStatus Status, string? Word)? worst = null;
        foreach (var rule in place.Rules)
        {
            if (rule.At is { } at) Add(at.Read(root) is { IsMissing: false } said ? (TradingWords.Meaning(said.ToString(), rule.Words), said.ToString()) : (TradingStatus.Unknown, null));
            foreach (var (text, path, means) in rule.Flags)
                if (path.Read(root) is { Text: null, IsMissing: false, Flag: true })
                    Add((means, text));
        }
        return worst ?? (TradingStatus.Trading, null);   // flags alone, none of them set

        void Add((TradingStatus Status, string? Word) said) => worst = worst is null || said.Status > worst.Value.Status ? said : worst;
    }

    private static JsonPath Parse(string path, string symbol) =>
        JsonPath.TryParse(VenueProbeType.Fill(path, symbol), out var read, out var mistake) ? read : throw new ArgumentException(mistake);
}
