using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Nines.Core;
using Nines.Probing.Http;
using Nines.Probing.Orders;
using Nines.Probing.Quotas;
using Nines.Probing.Venues;
using NodaTime;

namespace Nines.Probing.VenueOrders;

public sealed record VenueOrdersOptions
{
    [MainOption, Required, Description("Where the venue's REST interface begins: an http or https URL.")]
    public required Uri Url { get; init; }

    [Required, Description("Whose signed interface it has: binance, coinbase or kraken.")]
    public required VenueShape Shape { get; init; }

    [Required, Description("The market, as the venue writes it: BTCUSDT, BTC-USD, XXBTZUSD.")]
    public required string Symbol { get; init; }

    [Required, Secret, Description("The API key. Give it no right but to trade, and if the venue can, only from this address.")]
    public required string Key { get; init; }

    [Required, Secret, Description("Its secret, as the venue gave it.")]
    public required string Secret { get; init; }

    [Secret, Description("Its passphrase, for coinbase.")]
    public string? Passphrase { get; init; }

    [Required, Description("What an order may be.")]
    public required SignedOrderTerms Orders { get; init; }

    [DurationRange("1s", "60s"), Description("How old a signed request may be when the venue reads it (recvWindow), for binance.")]
    public Duration ReceiveWindow { get; init; } = Duration.FromSeconds(5);

    [Description("Requests that the venue takes from this address in a window, such as 1200/1m. A refusal for the rate is the venue's only below it, and ours without it.")]
    public Quota? Quota { get; init; }

    [Description("auto holds an idle TCP connection whose break makes Nines look at once; off does not.")]
    public TripwireUse Tripwire { get; init; } = TripwireUse.Auto;

    [FilePath, Description("PEM file with the root certificates to trust instead of the system's; beside the config unless the path is absolute.")]
    public string? CaFile { get; init; }
}

public sealed record SignedOrderTerms : OrderTerms
{
    [Description("Really place the order, then take it back. Without it the venue's test order is used: checked and signed, and never in the book.")]
    public bool Place { get; init; }

    [Range(0, 12), Description("Digits behind the point that the venue takes in a price; those of the best price when left out.")]
    public int? PriceDigits { get; init; }
}
