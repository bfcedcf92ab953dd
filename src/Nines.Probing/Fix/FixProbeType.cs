using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Paths;
using Nines.Probing.Venues;
using NodaTime;

namespace Nines.Probing.Fix;

/// <summary>A trading venue's FIX 4.4 session.</summary>
public sealed partial class FixProbeType : ProbeType
{
    /// <summary>We know when a message came, not when it was sent; as for every stream.</summary>
    /// <value>Seconds.</value>
    private const double LongestWay = 0.25;

    public override string Key => "fix";
    public override string About => "Holds a FIX 4.4 session with a trading venue: is it answered, are its numbers in order, what can be traded; with real orders if asked.";
    public override Type OptionsType => typeof(FixOptions);

    /// <summary>In the order of <see cref="FixProbe"/>'s values.</summary>
    public override ImmutableArray<SignalDefinition> Signals { get; } =
    [
        new("logged_on", SignalUnit.Flag, "A session stands."),
        new("silence", SignalUnit.Seconds, "Time since the venue's last message; missing while no session stands.") { Onset = SignalOnset.Since, Delay = LongestWay },
        new("unanswered", SignalUnit.Seconds, "Time since the last message, once HeartBtInt + 20 % of silence, our TestRequest and another HeartBtInt brought nothing; else 0.")
            { Onset = SignalOnset.Since, Delay = LongestWay, Evidence = CauseKind.Technical },
        new("round_trip", SignalUnit.Seconds, "From our last TestRequest (or Logon) to its answer."),
        new("sequence_reset", SignalUnit.Flag, "The venue's numbers began anew, or went back, outside the timetable: messages may be lost. Until the new ones have held for a HeartBtInt.") { Evidence = CauseKind.Technical },
        new("reconnects", SignalUnit.None, "Sessions had again since the look before."),
        new("gaps", SignalUnit.None, "Times that messages were missing and were asked for again, since the look before."),
        new("garbled", SignalUnit.None, "Runs of bytes that were no message, since the look before."),
        new("rejects", SignalUnit.None, "Messages of ours that the session refused (35=3), since the look before."),
        new("trading_status", SignalUnit.Text, "trading, post_only, cancel_only, halted, maintenance, unknown for a value without mapping; untold until the venue has said it; missing when it is not asked for.")
            { Evidence = CauseKind.Technical, ExplainedBy = "venue_word" },
        new("venue_word", SignalUnit.Text, "The venue's own value of 340 or 326."),
        new("maintenance", SignalUnit.Flag, "The venue says that it is in maintenance.") { Evidence = CauseKind.Maintenance, ExplainedBy = "venue_word" },
        new("clock_skew", SignalUnit.Seconds, "How far the venue's clock (SendingTime) surely is from ours; 0 until it was measured.") { Evidence = CauseKind.Technical },
        new("clock_offset", SignalUnit.Seconds, "The venue's clock less ours, most likely; negative when it is behind."),
        new("clock_uncertainty", SignalUnit.Seconds, "Half of the round trip, and half of what SendingTime rounds off."),
        new("order_failures", SignalUnit.None, "Orders in a row that were not taken and taken back within their limit; 0 without orders.") { Evidence = CauseKind.Technical, ExplainedBy = "order_refusal" },
        new("order_trip", SignalUnit.Seconds, "From the last order to the word that it is taken back; missing when it failed."),
        new("order_refusal", SignalUnit.Text, "Why the last order failed; missing when it did not."),
        new("order_note", SignalUnit.Text, "Why no order is sent at present, where that is ours: the price band, the daily cap, an order of ours that was refused for what it asked; missing when nothing is."),
    ];

    /// <summary>After the last message the next one was due within a heartbeat and its way: so long after it the silence may have begun.</summary>
    public override ImmutableArray<SignalDefinition> SignalsOf(object options) =>
        [.. Signals.Select(signal => signal.Name == "unanswered" ? signal with { Granularity = ((FixOptions)options).Heartbeat.TotalSeconds * FixSession.Overdue } : signal)];

    public override ImmutableArray<string> DefaultConditions(object options)
    {
        var fix = (FixOptions)options;
        var conditions = ImmutableArray.CreateBuilder<string>();
        conditions.Add("unanswered <= 0s else down");
        if (fix.Status != FixStatusSource.None)
        {
            conditions.Add("not maintenance");
            conditions.Add("trading_status != \"halted\" and trading_status != \"cancel_only\" and trading_status != \"post_only\"");
            conditions.Add("trading_status != \"unknown\" else degraded");
        }
        if (fix.Orders is not null) conditions.Add("order_failures == 0");
        conditions.AddRange("not sequence_reset else degraded", "clock_skew < 1s else degraded");
        return conditions.ToImmutable();
    }

    public override IEnumerable<OptionMistake> Validate(object options)
    {
        var fix = (FixOptions)options;
        if (!HostPort.TryParse(fix.Target, out _)) yield return new OptionMistake("target", $"'{fix.Target}' is not host:port. Try fix.venue.example:4198.");
        if (!fix.CompIdIsDedicated)
        {
            yield return new OptionMistake("comp_id_is_dedicated",
                "is not true. A venue has one session for each SenderCompID: a second Logon with a trader's own can end his, with his orders. Have the venue make one for Nines alone, then write comp_id_is_dedicated: true.");
        }
        if (!CompId().IsMatch(fix.SenderCompId.Replace("{vantage_point}", "x", StringComparison.Ordinal))) yield return new OptionMistake("sender_comp_id", "is no CompID: 1 to 64 printable characters without spaces. Write it as the venue gave it.");
        if (!CompId().IsMatch(fix.TargetCompId)) yield return new OptionMistake("target_comp_id", "is no CompID: 1 to 64 printable characters without spaces. Write it as the venue gave it.");
        if (fix.ServerName is not null && !fix.Tls) yield return new OptionMistake("server_name", "is for TLS only. Leave out tls: false.");
        if (fix.Heartbeat.SubsecondTicks != 0) yield return new OptionMistake("heartbeat", "is not in whole seconds, as HeartBtInt is. Try 30s.");
        if (DateTimeZoneProviders.Tzdb.GetZoneOrNull(fix.Zone) is null) yield return new OptionMistake("zone", $"'{fix.Zone}' is no zone of the IANA database. Try America/New_York or UTC.");
        if (fix.Status == FixStatusSource.Security && fix.Symbol is null) yield return new OptionMistake("symbol", "is missing: status: security asks for one market. Write it as the venue does, such as BTC-USD.");
        if (FixTerm.MistakeIn(fix.LogonFields) is { } wrong) yield return new OptionMistake("logon_fields", wrong);
        if (fix.Sign is { KeyIsBase64: true, Key: var key } && !IsBase64(key)) yield return new OptionMistake("sign", "has a key that is not base64. If it is to be taken as it is, write key_is_base64: false.");
        foreach (var mistake in TlsRequest.MistakesIn(fix.CaFile)) yield return mistake;
        if (fix.Orders is { } orders) foreach (var mistake in OrderMistakes(fix, orders)) yield return mistake;
    }

    public override IEnumerable<OptionMistake> ValidateFrom(object options, int vantagePoints)
    {
        if (vantagePoints > 1 && !((FixOptions)options).SenderCompId.Contains("{vantage_point}", StringComparison.Ordinal))
            yield return new OptionMistake("sender_comp_id", $"is one, and {vantagePoints} vantage points look: the venue has one session for each, so they would end each other's. Write {{vantage_point}} into it and have the venue make one for each, or name one vantage point in from.");
    }

    /// <summary>Whose connection is held.</summary>
    public override string? Provider(object options) => HostPort.TryParse(((FixOptions)options).Target, out var target) ? target.ToString() : null;

    public override int CallsPerObservation(object options) => 0;

    public override Probe Create(ProbeDefinition definition, NetworkPath path, ProbeEnvironment environment) =>
        new FixProbe(definition, (FixOptions)definition.Options, path, environment);

    private static IEnumerable<OptionMistake> OrderMistakes(FixOptions fix, FixOrderTerms orders)
    {
        foreach (var mistake in orders.Mistakes()) yield return new OptionMistake("orders", mistake);
        if (fix.Symbol is null) yield return new OptionMistake("symbol", "is missing: orders need the market, as the venue writes it, such as BTC-USD.");
        if (orders.Price < orders.Lowest || orders.Price > orders.Highest) yield return new OptionMistake("orders", "price is not between lowest and highest.");
        if (orders is { PostOnly: true, TimeInForce: FixTimeInForce.Ioc }) yield return new OptionMistake("orders", "post_only does not go with time_in_force: ioc: one waits in the book, the other may not. Write post_only: false, and market.");
        if (orders is { PostOnly: false, Market: null }) yield return new OptionMistake("orders", "an order that may match needs market: where the price is read before each order. Give market, or leave out post_only: false.");
        if (orders.Market is { } market)
        {
            if (!market.Url.IsAbsoluteUri || (market.Url.Scheme != Uri.UriSchemeHttp && market.Url.Scheme != Uri.UriSchemeHttps)) yield return new OptionMistake("orders", "market.url is not an absolute http or https URL. Try https://api.venue.example/book.");
            if (VenueProbeType.JsonMistake("orders", "market.at", market.At, fix.Symbol ?? "") is { } path) yield return path;
        }
        if (FixTerm.MistakeIn(orders.Fields) is { } wrong) yield return new OptionMistake("orders", wrong);
    }

    private static bool IsBase64(string text) => Convert.TryFromBase64String(text, new byte[text.Length], out _);

    [GeneratedRegex(@"\A[\x21-\x7e]{1,64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex CompId();
}
