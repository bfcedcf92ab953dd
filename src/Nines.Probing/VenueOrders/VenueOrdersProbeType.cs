using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Paths;
using Nines.Probing.Venues;

namespace Nines.Probing.VenueOrders;

/// <summary>Orders by a venue's signed REST interface.</summary>
public sealed class VenueOrdersProbeType : ProbeType
{
    public override string Key => "venue_orders";
    public override string About => "Sends a signed order to a trading venue, at its test endpoint or (if asked) for real and back again, beside its book and clock.";
    public override Type OptionsType => typeof(VenueOrdersOptions);

    /// <summary>In the order of <see cref="VenueOrdersProbe"/>'s values.</summary>
    public override ImmutableArray<SignalDefinition> Signals { get; } =
    [
        new("round_trip", SignalUnit.Seconds, "From the first step to the last byte of the last answer."),
        new("rate_limited", SignalUnit.Flag, "The venue refused for the rate although we kept its declared quota.") { Evidence = CauseKind.Technical },
        new("order_failures", SignalUnit.None, "Orders in a row that the venue did not take (and take back) within their limit.") { Evidence = CauseKind.Technical, ExplainedBy = "order_refusal" },
        new("order_trip", SignalUnit.Seconds, "From the last order to the venue's word that it is done with; missing when it failed."),
        new("order_refusal", SignalUnit.Text, "Why the last order failed; missing when it did not."),
        new("book_moves", SignalUnit.Flag, "The book is another one than at the look before; missing at the first."),
        new("best_bid", SignalUnit.None, "Highest price offered; missing when there is none."),
        new("best_ask", SignalUnit.None, "Lowest price asked; missing when there is none."),
        new("clock_skew", SignalUnit.Seconds, "How far the venue's clock surely is from ours.") { Evidence = CauseKind.Technical },
        new("clock_offset", SignalUnit.Seconds, "The venue's clock less ours, most likely; negative when it is behind."),
        new("clock_uncertainty", SignalUnit.Seconds, "Half of the round trip, and half of what the venue's clock rounds off."),
    ];

    public override ImmutableArray<string> DefaultConditions(object options) => ["not rate_limited", "order_failures == 0", "clock_skew < 1s else degraded"];

    public override IEnumerable<OptionMistake> Validate(object options)
    {
        var orders = (VenueOrdersOptions)options;
        if (!orders.Url.IsAbsoluteUri || (orders.Url.Scheme != Uri.UriSchemeHttp && orders.Url.Scheme != Uri.UriSchemeHttps))
            yield return new OptionMistake("url", "is not an absolute http or https URL. Try https://api.venue.example.");
        if (orders.Shape == VenueShape.Custom) yield return new OptionMistake("shape", "has no signed interface. Write binance, coinbase or kraken.");
        if (!VenueProbeType.IsSymbol(orders.Symbol)) yield return new OptionMistake("symbol", "is not a market's name: 1 to 64 letters, digits and . _ : / -. Write it as the venue does, such as BTCUSDT.");
        foreach (var (name, value) in new[] { ("key", orders.Key), ("passphrase", orders.Passphrase ?? "x") })
            if (value.Length == 0 || value.Any(c => c is <= ' ' or > '~')) yield return new OptionMistake(name, "is empty, or has characters that cannot be in a header.");
        if (orders.Secret.Length == 0) yield return new OptionMistake("secret", "is empty.");
        else if (orders.Shape is VenueShape.Coinbase or VenueShape.Kraken && !Convert.TryFromBase64String(orders.Secret, new byte[orders.Secret.Length], out _))
            yield return new OptionMistake("secret", "is not base64, as this venue's secrets are.");
        if (orders.Shape == VenueShape.Coinbase && orders.Passphrase is null) yield return new OptionMistake("passphrase", "is missing: keys of coinbase have one.");
        if (orders.Shape == VenueShape.Coinbase && !orders.Orders.Place)
            yield return new OptionMistake("orders", "place is not true, and this venue has no test order: without it there is nothing to send. Use the URL of its sandbox, or write place: true.");
        foreach (var mistake in orders.Orders.Mistakes()) yield return new OptionMistake("orders", mistake);
        foreach (var mistake in TlsRequest.MistakesIn(orders.CaFile)) yield return mistake;
    }

    /// <summary>One key may send orders from one place only: their numbers and what stands are counted there.</summary>
    public override IEnumerable<OptionMistake> ValidateFrom(object options, int vantagePoints)
    {
        if (vantagePoints > 1 && ((VenueOrdersOptions)options).Orders.Place)
            yield return new OptionMistake("orders", $"place is true, and {vantagePoints} vantage points look: the daily cap would count for each, and nonces would cross. Name one vantage point in from.");
    }

    public override string? Provider(object options) => HostPort.Of(((VenueOrdersOptions)options).Url).ToString();

    /// <summary>Book and clock; and the order with its cancellation, at the looks where one is due.</summary>
    public override int CallsPerObservation(object options) => ((VenueOrdersOptions)options).Orders.Place ? 4 : 3;

    public override Probe Create(ProbeDefinition definition, NetworkPath path, ProbeEnvironment environment) =>
        new VenueOrdersProbe(definition, (VenueOrdersOptions)definition.Options, path, environment);
}
