using System.Collections.Immutable;

namespace Nines.Probing.Venues;

/// <summary>Where everything stands in a venue's REST answers.</summary>
internal sealed record RestShape(TimeSource? Time, ImmutableArray<StatusSource> Status, BookSource? Book, string? ErrorAt)
{
    /// <summary>From the documents that the venues publish for everyone, as of November 2025.</summary>
    private static RestShape Preset(VenueShape shape) => shape switch
    {
        VenueShape.Custom => new(null, [], null, null),
        VenueShape.Binance => new(
            new TimeSource { Path = "/api/v3/time", At = "$.serverTime" },
            [new StatusSource { Path = "/api/v3/exchangeInfo?symbol={symbol}", At = "$.symbols[0].status" }],
            new BookSource { Path = "/api/v3/depth?symbol={symbol}&limit={depth}", Bids = "$.bids", Asks = "$.asks", Sequence = "$.lastUpdateId" },
            null),
        VenueShape.Coinbase => new(
            new TimeSource { Path = "/time", At = "$.iso" },
            [
                new StatusSource
                {
                    Path = "/products/{symbol}",
                    At = "$.status",
                    Flags = ImmutableSortedDictionary<string, TradingStatus>.Empty
                        .Add("$.trading_disabled", TradingStatus.Halted)
                        .Add("$.cancel_only", TradingStatus.CancelOnly)
                        .Add("$.post_only", TradingStatus.PostOnly),
                },
            ],
            new BookSource { Path = "/products/{symbol}/book?level=2", Bids = "$.bids", Asks = "$.asks", Sequence = "$.sequence", Time = "$.time" },
            null),
        VenueShape.Kraken => new(
            new TimeSource { Path = "/0/public/Time", At = "$.result.unixtime" },
            [
                new StatusSource { Path = "/0/public/SystemStatus", At = "$.result.status" },
                new StatusSource { Path = "/0/public/AssetPairs?pair={symbol}", At = "$.result['{symbol}'].status" },
            ],
            new BookSource { Path = "/0/public/Depth?pair={symbol}&count={depth}", Bids = "$.result['{symbol}'].bids", Asks = "$.result['{symbol}'].asks" },
            "$.error[0]"),
    };

    /// <summary>The preset, with what the config gives in its stead.</summary>
    public static RestShape Of(VenueOptions options)
    {
        var preset = Preset(options.Shape);
        return new(options.Time ?? preset.Time, options.Status.IsDefaultOrEmpty ? preset.Status : options.Status, options.Book ?? preset.Book, options.ErrorAt ?? preset.ErrorAt);
    }

    /// <summary>Requests that one look makes.</summary>
    public int Calls => Status.Select(source => source.Path).Distinct(StringComparer.Ordinal).Count() + (Time is null ? 0 : 1) + (Book is null ? 0 : 1);
}
