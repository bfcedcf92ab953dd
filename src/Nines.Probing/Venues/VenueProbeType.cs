using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Answers;
using Nines.Probing.Http;
using Nines.Probing.Paths;

namespace Nines.Probing.Venues;

/// <summary>A trading venue's REST interface.</summary>
public sealed partial class VenueProbeType : ProbeType
{
    public override string Key => "venue";
    public override string About => "Asks a trading venue for its trading status, its order book and its clock.";
    public override Type OptionsType => typeof(VenueOptions);

    /// <summary>In the order of <see cref="VenueProbe"/>'s values.</summary>
    public override ImmutableArray<SignalDefinition> Signals { get; } =
    [
        new("round_trip", SignalUnit.Seconds, "From the first step to the last byte of the last answer."),
        new("rate_limited", SignalUnit.Flag, "The venue refused for the rate although we kept its declared quota; everything else is missing then.") { Evidence = CauseKind.Technical },
        new("trading_status", SignalUnit.Text, "trading, post_only, cancel_only, halted, maintenance, or unknown where the venue's word has no mapping.")
            { Evidence = CauseKind.Technical, ExplainedBy = "venue_word" },
        new("venue_word", SignalUnit.Text, "The venue's own word for its trading status, or the flag that decided it."),
        new("maintenance", SignalUnit.Flag, "The venue says that it is in maintenance.") { Evidence = CauseKind.Maintenance },
        new("bids", SignalUnit.None, "Levels of the book's buying side, as far as was asked for."),
        new("asks", SignalUnit.None, "Levels of its selling side."),
        new("empty", SignalUnit.Flag, "Neither side has a level.") { Evidence = CauseKind.Technical },
        new("one_sided", SignalUnit.Flag, "One side has no level.") { Evidence = CauseKind.Technical },
        new("crossed", SignalUnit.Flag, "The best bid is at or above the best ask.") { Evidence = CauseKind.Technical },
        new("best_bid", SignalUnit.None, "Highest price offered; missing when there is none."),
        new("best_ask", SignalUnit.None, "Lowest price asked; missing when there is none."),
        new("spread", SignalUnit.Ratio, "Between the best prices, as a share of their middle; negative when crossed."),
        new("sequence", SignalUnit.None, "The book's number; missing where the venue gives none."),
        new("book_age", SignalUnit.Seconds, "Since the book's last change by the venue's own clock; missing where the venue does not date its book.")
            { Onset = SignalOnset.Since, Delay = 0.25, Evidence = CauseKind.Technical },
        new("book_unchanged", SignalUnit.Seconds, "Since a look that saw another book than the one before.") { Evidence = CauseKind.Technical },
        new("clock_skew", SignalUnit.Seconds, "How far the venue's clock surely is from ours: what is left when the uncertainty is taken off.") { Evidence = CauseKind.Technical },
        new("clock_offset", SignalUnit.Seconds, "The venue's clock less ours, most likely; negative when it is behind."),
        new("clock_uncertainty", SignalUnit.Seconds, "Half of the round trip, and half of what the venue's clock rounds off."),
    ];

    public override ImmutableArray<string> DefaultConditions(object options)
    {
        var shape = RestShape.Of((VenueOptions)options);
        var conditions = ImmutableArray.CreateBuilder<string>();
        conditions.Add("not rate_limited");
        if (!shape.Status.IsEmpty)
        {
            conditions.Add("not maintenance");
            conditions.Add("trading_status != \"halted\" and trading_status != \"cancel_only\" and trading_status != \"post_only\"");
            conditions.Add("trading_status != \"unknown\" else degraded");
        }
        if (shape.Book is not null) conditions.AddRange("not empty", "not one_sided", "not crossed");
        if (shape.Time is not null) conditions.Add("clock_skew < 1s else degraded");
        return conditions.ToImmutable();
    }

    public override IEnumerable<OptionMistake> Validate(object options)
    {
        var venue = (VenueOptions)options;
        if (!venue.Url.IsAbsoluteUri || (venue.Url.Scheme != Uri.UriSchemeHttp && venue.Url.Scheme != Uri.UriSchemeHttps))
            yield return new OptionMistake("url", "is not an absolute http or https URL. Try https://api.venue.example; a stream (wss://…) goes to venue_stream.");
        if (!IsSymbol(venue.Symbol))
            yield return new OptionMistake("symbol", "is not a market's name: 1 to 64 letters, digits and . _ : / -. Write it as the venue does, such as BTCUSDT.");
        var shape = RestShape.Of(venue);
        if (shape.Calls == 0)
            yield return new OptionMistake("shape", "is custom, and neither status, book nor time is given: there is nothing to ask for. Give one of them, or shape: binance, coinbase or kraken.");
        if (venue.Status.Length > 8) yield return new OptionMistake("status", "has more than 8 places.");
        foreach (var mistake in PathMistakes(venue)) yield return mistake;
        foreach (var mistake in HttpRequests.MistakesIn(venue.Headers)) yield return mistake;
        foreach (var mistake in TlsRequest.MistakesIn(venue.CaFile)) yield return mistake;
    }

    public override string? Provider(object options) => HostPort.Of(((VenueOptions)options).Url).ToString();

    public override int CallsPerObservation(object options) => RestShape.Of((VenueOptions)options).Calls;

    public override Probe Create(ProbeDefinition definition, NetworkPath path, ProbeEnvironment environment) =>
        new VenueProbe(definition, (VenueOptions)definition.Options, path, environment);

    internal static bool IsSymbol(string symbol) => Symbol().IsMatch(symbol);

    /// <summary>What is wrong with a JSON path that the config gives, <c>{symbol}</c> filled in; null when nothing is, or none is given.</summary>
    internal static OptionMistake? JsonMistake(string option, string what, string? path, string symbol) =>
        path is not null && !JsonPath.TryParse(Fill(path, symbol), out _, out var mistake) ? new OptionMistake(option, $"{what} is no JSON path: {mistake}. Try {Example(path)}.") : null;

    /// <summary>A path with the market's name in it.</summary>
    internal static string Fill(string path, string symbol) => path.Replace("{symbol}", symbol, StringComparison.Ordinal);

    private static string Example(string path) => path.StartsWith('$') || path.Length == 0 || path.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('_' or '.')) ? "$.data.status" : $"$.{path.Trim('.')}";

    private static IEnumerable<OptionMistake> PathMistakes(VenueOptions venue)
    {
        var found = new List<OptionMistake?>();
        if (venue.Time is { } time) found.AddRange(UrlMistake("time", time.Path), JsonMistake("time", "at", time.At, venue.Symbol));
        for (var i = 0; i < venue.Status.Length; i++)
        {
            var status = venue.Status[i];
            found.AddRange(UrlMistake("status", status.Path), JsonMistake("status", "at", status.At, venue.Symbol));
            foreach (var (flag, _) in status.Flags) found.Add(JsonMistake("status", $"the flag {flag}", flag, venue.Symbol));
            if (status.At is null && status.Flags.IsEmpty) found.Add(new OptionMistake("status", "has neither at nor flags: it would read nothing. Give at: $.status."));
        }
        if (venue.Book is { } book)
        {
            found.AddRange(UrlMistake("book", book.Path), JsonMistake("book", "bids", book.Bids, venue.Symbol), JsonMistake("book", "asks", book.Asks, venue.Symbol),
                JsonMistake("book", "sequence", book.Sequence, venue.Symbol), JsonMistake("book", "time", book.Time, venue.Symbol));
        }
        found.Add(JsonMistake("error_at", "it", venue.ErrorAt, venue.Symbol));
        return found.OfType<OptionMistake>();
    }

    internal static OptionMistake? UrlMistake(string option, string path) =>
        path.StartsWith('/') && Uri.TryCreate("http://venue" + path, UriKind.Absolute, out _)
            ? null
            : new OptionMistake(option, "has a path that does not begin with /: it is added to the venue's URL. Try /api/v1/time.");

    [GeneratedRegex(@"\A[A-Za-z0-9._:/-]{1,64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Symbol();
}
