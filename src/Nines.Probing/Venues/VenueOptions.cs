using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Nines.Core;
using Nines.Probing.Http;
using Nines.Probing.Quotas;

namespace Nines.Probing.Venues;

/// <summary>Whose published interface a venue's is like.</summary>
public enum VenueShape
{
    /// <summary>None of these: the config says where everything stands.</summary>
    Custom,
    /// <summary>Spot API v3 of Binance.</summary>
    Binance,
    /// <summary>Coinbase Exchange.</summary>
    Coinbase,
    /// <summary>Spot REST of Kraken; its WebSocket v2.</summary>
    Kraken,
}

public sealed record VenueOptions
{
    [MainOption, Required, Description("Where the venue's REST interface begins: an http or https URL. Keys in it are kept out of facts and logs.")]
    public required Uri Url { get; init; }

    [Required, Description("The market to look at, as the venue writes it: BTCUSDT, BTC-USD, XXBTZUSD. Stands for {symbol} in paths.")]
    public required string Symbol { get; init; }

    [Description("Takes the parts that the config does not give from a well-known venue's interface.")]
    public VenueShape Shape { get; init; }

    [Description("Where the venue's clock is read.")]
    public TimeSource? Time { get; init; }

    [Description("Where the venue says what its users can do. Of several the worst counts.")]
    public ImmutableArray<StatusSource> Status { get; init; } = [];

    [Description("Where the order book is read.")]
    public BookSource? Book { get; init; }

    [Description("JSON path of an error in an answer with status 200, such as $.error[0]: a text there is a refusal.")]
    public string? ErrorAt { get; init; }

    [Range(1, 5_000), Description("Levels of the book to ask for. Stands for {depth} in paths.")]
    public int Depth { get; init; } = 100;

    [Description("Requests that the venue takes from this address in a window, such as 1200/1m. A refusal for the rate is the venue's only below it, and ours without it.")]
    public Quota? Quota { get; init; }

    [Secret, Description("Request headers.")]
    public ImmutableSortedDictionary<string, string> Headers { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    [Description("auto holds an idle TCP connection whose break makes Nines look at once; off does not.")]
    public TripwireUse Tripwire { get; init; } = TripwireUse.Auto;

    [FilePath, Description("PEM file with the root certificates to trust instead of the system's; beside the config unless the path is absolute.")]
    public string? CaFile { get; init; }
}

/// <summary>Where a venue tells its time.</summary>
public sealed record TimeSource
{
    [Required, Description("Path and query, such as /api/v3/time.")]
    public required string Path { get; init; }

    [Required, Description("JSON path of the time: since 1970 in s, ms, us or ns (told apart by size), or ISO 8601.")]
    public required string At { get; init; }
}

/// <summary>Where a venue says what its users can do.</summary>
public sealed record StatusSource
{
    [Required, Description("Path and query, such as /api/v3/exchangeInfo?symbol={symbol}.")]
    public required string Path { get; init; }

    [Description("JSON path of the word that says it, such as $.symbols[0].status.")]
    public string? At { get; init; }

    [Description("What the venue's words mean, beyond the well-known ones: AUCTION: halted.")]
    public ImmutableSortedDictionary<string, TradingStatus> Words { get; init; } = ImmutableSortedDictionary<string, TradingStatus>.Empty;

    [Description("JSON paths of flags, and what each means when it is true: $.cancel_only: cancel_only.")]
    public ImmutableSortedDictionary<string, TradingStatus> Flags { get; init; } = ImmutableSortedDictionary<string, TradingStatus>.Empty;
}

/// <summary>Where a venue shows its order book.</summary>
public sealed record BookSource
{
    [Required, Description("Path and query, such as /api/v3/depth?symbol={symbol}&limit={depth}.")]
    public required string Path { get; init; }

    [Required, Description("JSON path of the bids: a list of [price, size, …] or of {price, qty}.")]
    public required string Bids { get; init; }

    [Required, Description("JSON path of the asks.")]
    public required string Asks { get; init; }

    [Description("JSON path of a number that grows with each change of the book.")]
    public string? Sequence { get; init; }

    [Description("JSON path of the moment of the book's last change.")]
    public string? Time { get; init; }
}
