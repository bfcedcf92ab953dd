using System.Collections.Immutable;
using Nines.Chains.Evm;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Core.Time;
using Nines.Probing.Answers;
using Nines.Probing.Paths;
using Nines.Probing.Rpc;

namespace Nines.Probing.Oracles;

/// <summary>Reads a price feed: how old its answer is, whether it can be one, and how far it is from an independent one.</summary>
public sealed class OracleProbeType : ProbeType
{
    public override string Key => "oracle";
    public override string About => "Reads a price feed on chain: its age against that feed's own heartbeat, answers that cannot be, rounds that go back, deviation from an independent price.";
    public override Type OptionsType => typeof(OracleOptions);

    /// <summary>In the order of <see cref="OracleProbe"/>'s values.</summary>
    public override ImmutableArray<SignalDefinition> Signals { get; } =
    [
        new("round_trip", SignalUnit.Seconds, "From the first step to the last byte of the feed's answer; the reference's not counted."),
        new("code_present", SignalUnit.Flag, "There is a contract at the address."),
        new("reverted", SignalUnit.Flag, "The feed refused to answer.") { ExplainedBy = "revert_reason" },
        new("revert_reason", SignalUnit.Text, "Why, decoded; missing when it answered."),
        new("answer", SignalUnit.None, "The price, with the feed's decimals.") { Evidence = CauseKind.Technical },
        new("answer_age", SignalUnit.Seconds, "Time since the feed's last update; missing when it never had one.")
            { Onset = SignalOnset.Since, Granularity = 1, Evidence = CauseKind.Technical },
        new("round", SignalUnit.None, "Id of the round that the answer is of."),
        new("round_backwards", SignalUnit.Flag, "The round id is lower than in one of the last ten looks, at an older block."),
        new("decimals", SignalUnit.None, "Digits of the answer that are behind the point."),
        new("reference", SignalUnit.None, "The independent price; missing without one."),
        new("deviation", SignalUnit.Ratio, "How far the answer is from the reference, as a share of that; missing without one.") { ExplainedBy = "reference_failure" },
        new("reference_missing", SignalUnit.Flag, "There is no reference, or it gave no price that counts.") { ExplainedBy = "reference_failure" },
        new("reference_failure", SignalUnit.Text, "Why there is no reference price; missing when there is one, or none is wanted."),
    ];

    public override ImmutableArray<string> DefaultConditions(object options)
    {
        var oracle = (OracleOptions)options;
        ImmutableArray<string> always = ["code_present", "not reverted", "answer > 0", $"answer_age < {DurationText.Print(oracle.LongestAge)}", "not round_backwards"];
        return oracle.ReferenceFeed is null && oracle.ReferenceUrl is null ? always : [.. always, "reference_missing or deviation <= 2%"];
    }

    public override IEnumerable<OptionMistake> Validate(object options)
    {
        var oracle = (OracleOptions)options;
        foreach (var mistake in RpcEndpoint.MistakesIn(oracle, Key)) yield return mistake;
        if (!Address.TryParse(oracle.Address, out _)) yield return new OptionMistake("address", NoAddress(oracle.Address));
        if (oracle.ReferenceFeed is { } feed)
        {
            if (!Address.TryParse(feed, out var other)) yield return new OptionMistake("reference_feed", NoAddress(feed));
            else if (Address.TryParse(oracle.Address, out var own) && own == other) yield return new OptionMistake("reference_feed", "is the feed itself: an independent price is another one's.");
            if (oracle.ReferenceUrl is not null) yield return new OptionMistake("reference_url", "is there beside reference_feed. An answer is compared with one price: keep one.");
        }
        else if (oracle.ReferenceHeartbeat is not null) yield return new OptionMistake("reference_heartbeat", "is given without reference_feed. Add that, or leave it out.");
        if (oracle.ReferenceUrl is { } url && (!url.IsAbsoluteUri || url.Scheme is not ("http" or "https"))) yield return new OptionMistake("reference_url", "is not an absolute http or https URL. Try https://prices.example/eth-usd.");
        if (oracle.ReferenceUrl is null != oracle.ReferencePrice is null) yield return new OptionMistake(oracle.ReferenceUrl is null ? "reference_price" : "reference_url", "goes with the other: reference_url says where, reference_price says which value of the answer.");
        if (oracle.ReferencePrice is { } path && !JsonPath.TryParse(path, out _, out var wrong)) yield return new OptionMistake("reference_price", $"{wrong}.");
    }

    public override string? Provider(object options) => HostPort.Of(((OracleOptions)options).Url).ToString();

    /// <summary>The block, the answer and the decimals; of another feed the last two.</summary>
    public override int CallsPerObservation(object options) => ((OracleOptions)options).ReferenceFeed is null ? 3 : 5;

    public override IEnumerable<(string Provider, int Calls)> CallsOf(object options)
    {
        yield return (Provider(options)!, CallsPerObservation(options));
        if (((OracleOptions)options).ReferenceUrl is { IsAbsoluteUri: true } url) yield return (HostPort.Of(url).ToString(), 1);
    }

    public override Probe Create(ProbeDefinition definition, NetworkPath path, ProbeEnvironment environment) =>
        new OracleProbe(definition, (OracleOptions)definition.Options, path, environment);

    private static string NoAddress(string text) => $"'{text}' is not an address: write 0x and 40 hexadecimal digits, in mixed case with a right checksum.";
}
