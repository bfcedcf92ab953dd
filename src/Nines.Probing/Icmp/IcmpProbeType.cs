using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Net;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;

namespace Nines.Probing.Icmp;

public sealed record IcmpOptions
{
    [MainOption, Required, Description("Who is asked for an echo: a name or an address.")]
    public required string Host { get; init; }

    [Range(1, 20), Description("Echos of one look, sent evenly within the first half of its timeout, at most 200 ms apart.")]
    public int Count { get; init; } = 3;

    [Range(1, 65535), Description("TCP port to connect to instead, where this machine permits no ICMP or the vantage point has a proxy. A refused connection is an echo too.")]
    public int? FallbackPort { get; init; }
}

/// <summary>A host, asked for echos.</summary>
public sealed class IcmpProbeType : ProbeType
{
    public override string Key => "icmp";
    public override string About => "Asks a host for several ICMP echos, over an unprivileged socket where the system permits it.";
    public override Type OptionsType => typeof(IcmpOptions);

    /// <summary>In the order of <see cref="IcmpProbe"/>'s values.</summary>
    public override ImmutableArray<SignalDefinition> Signals { get; } =
    [
        new("round_trip", SignalUnit.Seconds, "Median over the echos that came back."),
        new("dns_time", SignalUnit.Seconds, "Name resolution; missing for an address."),
        new("loss", SignalUnit.Ratio, "Share of the echos that did not come back in time.") { Evidence = CauseKind.Technical },
        new("received", SignalUnit.None, "Echos that came back."),
        new("jitter", SignalUnit.Seconds, "Mean difference between one echo's time and the next one's; missing for fewer than two."),
        new("method", SignalUnit.Text, "How it was asked: datagram, raw (ICMP), or tcp (fallback_port)."),
        new("address", SignalUnit.Text, "The address that was asked; missing through a proxy."),
    ];

    public override ImmutableArray<string> DefaultConditions(object options) => ["loss < 50% else degraded"];

    public override IEnumerable<OptionMistake> Validate(object options)
    {
        var icmp = (IcmpOptions)options;
        if (!IPAddress.TryParse(icmp.Host, out _) && Uri.CheckHostName(icmp.Host) != UriHostNameType.Dns)
            yield return new OptionMistake("icmp", $"'{icmp.Host}' is neither a name nor an address. Try gateway.example.org or 192.0.2.1: there are no ports in ICMP.");
    }

    public override string? Provider(object options) => ((IcmpOptions)options).Host;

    public override int CallsPerObservation(object options) => ((IcmpOptions)options).Count;

    public override Probe Create(ProbeDefinition definition, NetworkPath path, ProbeEnvironment environment) =>
        new IcmpProbe(definition, (IcmpOptions)definition.Options, path, environment);
}
