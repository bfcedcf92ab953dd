using System.Collections.Immutable;
using System.Globalization;
using Nines.Probing.Venues;

namespace Nines.Probing.VenueStreams;

/// <summary>How to subscribe to a venue's book and what comes then: a preset, with what the config gives in its stead.</summary>
/// <param name="Book">Where the snapshot is read by REST; null when the stream brings it.</param>
/// <param name="Depth">Levels a side that are kept.</param>
internal sealed record StreamShape(ImmutableArray<string> Subscribe, StreamMessages? Messages, BookSource? Book, int Depth)
{
    /// <summary>Bounds the memory of a book whose stream has no depth of its own.</summary>
    private const int WholeBook = 20_000;

    /// <summary>From the documents that the venues publish for everyone, as of November 2025.</summary>
    private static StreamShape Preset(VenueShape shape) => shape switch
    {
        VenueShape.Custom => new([], null, null, WholeBook),
        VenueShape.Binance => new(
            ["""{"method":"SUBSCRIBE","params":["{symbol_lower}@depth@100ms"],"id":1}"""],
            new StreamMessages
            {
                Kind = ["$.e"], Update = "depthUpdate", Shutdown = "serverShutdown", Symbol = "$.s", Bids = "$.b", Asks = "$.a", Sequence = "$.u", FirstSequence = "$.U",
            },
            new BookSource { Path = "/api/v3/depth?symbol={symbol}&limit=1000", Bids = "$.bids", Asks = "$.asks", Sequence = "$.lastUpdateId" },
            WholeBook),
        VenueShape.Coinbase => new(
            ["""{"type":"subscribe","product_ids":["{symbol}"],"channels":["level2_batch","heartbeat"]}"""],
            new StreamMessages { Kind = ["$.type"], Snapshot = "snapshot", Update = "l2update", Symbol = "$.product_id", Changes = "$.changes" },
            null,
            WholeBook),
        VenueShape.Kraken => new(
            ["""{"method":"subscribe","params":{"channel":"book","symbol":["{symbol}"],"depth":{depth}}}"""],
            new StreamMessages
            {
                Kind = ["$.channel", "$.type"], Snapshot = "book/snapshot", Update = "book/update", Status = "status/update", Symbol = "$.data[0].symbol",
                Bids = "$.data[0].bids", Asks = "$.data[0].asks", Checksum = "$.data[0].checksum", StatusAt = "$.data[0].system",
            },
            null,
            10),
    };

    public static StreamShape Of(VenueStreamOptions options)
    {
        var preset = Preset(options.Shape);
        var depth = options.Depth ?? preset.Depth;
        var subscribe = options.Subscribe.IsDefaultOrEmpty ? preset.Subscribe : options.Subscribe;
        return new([.. subscribe.Select(Fill)], options.Messages ?? preset.Messages, options.Book ?? preset.Book, depth);

        string Fill(string message) => message
            .Replace("{symbol}", options.Symbol, StringComparison.Ordinal)
            .Replace("{symbol_lower}", options.Symbol.ToLowerInvariant(), StringComparison.Ordinal)
            .Replace("{depth}", depth.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    /// <summary>True when the stream brings only changes, and the book they change is read by REST.</summary>
    public bool SnapshotByRest => Messages is { Snapshot: null };
}
