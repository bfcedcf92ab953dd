using System.Collections.Immutable;
using System.Globalization;
using Nines.Chains.Evm;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Http;
using Nines.Probing.Paths;
using Nines.Probing.Venues;

namespace Nines.Probing.Signers;

/// <summary>Remote signers, or what guards the keys of a custody.</summary>
public sealed class SignerProbeType : ProbeType
{
    public const string Off = "off";

    public override string Key => "signer";
    public override string About => "Asks remote signers or custody nodes for their health: how many of k of n can sign, their keys, their queue, the balance that pays. Never signs.";
    public override Type OptionsType => typeof(SignerOptions);

    /// <summary>In the order of <see cref="SignerProbe"/>'s values.</summary>
    public override ImmutableArray<SignalDefinition> Signals { get; } =
    [
        new("round_trip", SignalUnit.Seconds, "Until the slowest signer that is well has answered."),
        new("healthy", SignalUnit.None, "Signers that answer, say that they are up, and hold their keys."),
        new("spare", SignalUnit.None, "Healthy signers beyond the threshold; negative when nothing can be signed.") { Evidence = CauseKind.Technical, ExplainedBy = "unhealthy" },
        new("unhealthy", SignalUnit.Text, "Which signers are not well, and why; missing when all are."),
        new("keys", SignalUnit.None, "Fewest public keys that a healthy signer holds; missing when they are not asked for."),
        new("queue_age", SignalUnit.Seconds, "Age of the oldest request in a signer's queue, of the healthy ones; 0 when it is empty, missing when it is not asked for.") { Onset = SignalOnset.Since, Delay = 0.25, Evidence = CauseKind.Technical },
        new("balance", SignalUnit.None, "Of the hot wallet, in the chain's own coin; missing when it is not asked for or cannot be read."),
    ];

    public override ImmutableArray<string> DefaultConditions(object options)
    {
        var signer = (SignerOptions)options;
        var conditions = ImmutableArray.CreateBuilder<string>();
        conditions.Add("spare >= 0 else down");
        if (Threshold(signer) < signer.Endpoints.Length) conditions.Add("spare >= 1 else degraded");
        if (signer.Queue is { } queue) conditions.Add(string.Create(CultureInfo.InvariantCulture, $"queue_age < {queue.Limit.TotalSeconds:0.###}s"));
        if (signer.Balance is { } balance) conditions.Add(string.Create(CultureInfo.InvariantCulture, $"balance >= {balance.Floor} else degraded"));
        return conditions.ToImmutable();
    }

    public override IEnumerable<OptionMistake> Validate(object options)
    {
        var signer = (SignerOptions)options;
        if (signer.Endpoints.IsDefaultOrEmpty || signer.Endpoints.Length > SignerOptions.MostEndpoints)
        {
            yield return new OptionMistake("endpoints", $"has {(signer.Endpoints.IsDefault ? 0 : signer.Endpoints.Length)} endpoints. Give 1 to {SignerOptions.MostEndpoints}.");
            yield break;
        }
        foreach (var url in signer.Endpoints.Where(url => !HttpRequests.IsWeb(url)))
            yield return new OptionMistake("endpoints", $"{url.OriginalString} is not an absolute http or https URL. Try https://signer-1.example:9000.");
        if (signer.Endpoints.Distinct().Count() < signer.Endpoints.Length) yield return new OptionMistake("endpoints", "names one of them twice: it would count twice.");
        if (signer.Threshold > signer.Endpoints.Length) yield return new OptionMistake("threshold", $"is {signer.Threshold}, and there are {signer.Endpoints.Length} endpoints: nothing could ever be signed.");
        if (signer is { Upcheck: Off, Healthcheck: Off }) yield return new OptionMistake("healthcheck", "and upcheck are both off: nothing would say whether a signer is well.");
        foreach (var (name, path) in new[] { ("upcheck", signer.Upcheck), ("healthcheck", signer.Healthcheck), ("keys", signer.Keys), ("queue", signer.Queue?.Path) })
            if (path is not null and not Off && VenueProbeType.UrlMistake(name, path) is not null) yield return new OptionMistake(name, "has a path that does not begin with /: it is added to each endpoint. Try /upcheck.");
        if (signer is { MinKeys: not null, Keys: null }) yield return new OptionMistake("keys", "is missing: min_keys needs the list. Try /api/v1/eth2/publicKeys.");
        if (signer.Queue is { } queue && VenueProbeType.JsonMistake("queue", "at", queue.At, "") is { } at) yield return at;
        if (signer.Balance is { } balance)
        {
            if (!HttpRequests.IsWeb(balance.Rpc)) yield return new OptionMistake("balance", "rpc is not an absolute http or https URL. Try https://rpc.example.");
            if (!Address.TryParse(balance.Account, out _)) yield return new OptionMistake("balance", "account is not an address: 0x and 40 hexadecimal digits, in one case or with a right checksum.");
            if (balance.Floor < 0) yield return new OptionMistake("balance", "floor is below zero.");
        }
        foreach (var mistake in HttpRequests.MistakesIn(signer.Headers)) yield return mistake;
        foreach (var mistake in TlsRequest.MistakesIn(signer.CaFile)) yield return mistake;
        foreach (var mistake in ClientIdentity.MistakesIn(signer.ClientCert, signer.ClientKey)) yield return mistake;
    }

    public override string? Provider(object options) => Hosts((SignerOptions)options).FirstOrDefault();

    public override IEnumerable<(string Provider, int Calls)> CallsOf(object options)
    {
        var signer = (SignerOptions)options;
        var each = (signer.Upcheck == Off ? 0 : 1) + (signer.Healthcheck == Off ? 0 : 1) + (signer.Keys is null ? 0 : 1) + (signer.Queue is null ? 0 : 1);
        foreach (var host in Hosts(signer)) yield return (host, each);
        if (signer.Balance is { Rpc: { IsAbsoluteUri: true } rpc }) yield return (HostPort.Of(rpc).ToString(), 1);
    }

    public override Probe Create(ProbeDefinition definition, NetworkPath path, ProbeEnvironment environment) =>
        new SignerProbe(definition, (SignerOptions)definition.Options, path, environment);

    internal static int Threshold(SignerOptions options) => options.Threshold ?? options.Endpoints.Length;

    private static IEnumerable<string> Hosts(SignerOptions options) => options.Endpoints.IsDefault ? [] : options.Endpoints.Where(url => url.IsAbsoluteUri).Select(url => HostPort.Of(url).ToString());
}
