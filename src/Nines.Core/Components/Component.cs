using System.Collections.Immutable;
using Nines.Core.Conditions;
using Nines.Core.Observations;
using NodaTime;

namespace Nines.Core.Components;

/// <summary>What a component is: the four things users use, and what they stand on.</summary>
public enum ComponentKind
{
    Dapp,
    Node,
    Venue,
    Contract,
    Chain,
    Oracle,
    Bridge,
    Sequencer,
    Custody,
    Provider,
    Infra,
}

/// <summary>Something that can be unusable, as the config declares it.</summary>
public sealed record Component
{
    public required ComponentId Id { get; init; }
    public required ComponentKind Kind { get; init; }

    /// <summary>What it needs to work; null when it stands alone. A component without probes is this gate over what it needs.</summary>
    public Need? Needs { get; init; }

    /// <summary>Labels that later find common causes: provider, client, client_version, region, asn, customer, …</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    public ImmutableArray<ProbeDefinition> Probes { get; init; } = [];

    /// <summary>The chain that a node (or a provider: other people's node) is a source of; null for anything else. Members of one chain are one judging group.</summary>
    public ComponentId? Chain { get; init; }

    /// <summary>For a chain: what it must keep to; null for anything else.</summary>
    public ChainRules? ChainRules { get; init; }
}

/// <summary>The dependency gate of a component: what has to work for it to be able to work.</summary>
public abstract record Need
{
    private Need() { }

    /// <summary>One component.</summary>
    public sealed record On(ComponentId Component) : Need;

    /// <summary>At least <paramref name="Count"/> of the members. All of n is n of n, any of n is 1 of n.</summary>
    /// <param name="Count">1 to the number of members.</param>
    /// <param name="Members">One or more.</param>
    public sealed record AtLeast(int Count, ImmutableArray<Need> Members) : Need
    {
        public bool Equals(AtLeast? other) => other is not null && Count == other.Count && Members.SequenceEqual(other.Members);
        public override int GetHashCode() => HashCode.Combine(Count, Members.Length);
    }

    public static Need AllOf(ImmutableArray<Need> members) => new AtLeast(members.Length, members);

    public static Need AnyOf(ImmutableArray<Need> members) => new AtLeast(1, members);

    /// <summary>Every component that the gate mentions, in order of mention, with repeats.</summary>
    public IEnumerable<ComponentId> Mentioned() => this switch
    {
        On on => [on.Component],
        AtLeast gate => gate.Members.SelectMany(member => member.Mentioned()),
        _ => throw new InvalidOperationException("Need is a closed hierarchy."),
    };
}

/// <summary>A probe as the config declares it: what to ask, how often, and what the answer must satisfy.</summary>
public sealed record ProbeDefinition
{
    public required ProbeId Id { get; init; }

    /// <summary>The key of the probe's protocol: http, tcp, evm, contract, websocket, heartbeat, …</summary>
    public required string Type { get; init; }

    /// <summary>Time between the due times of two observations from one vantage point; at least 1 s.</summary>
    public required Duration Every { get; init; }

    /// <summary>Longest time one observation may take; shorter than or equal to <see cref="Every"/>.</summary>
    public required Duration Timeout { get; init; }

    /// <summary>What each value of an observation's signals means, by position.</summary>
    public required SignalSchema Signals { get; init; }

    public ImmutableArray<Condition> Conditions { get; init; } = [];

    /// <summary>The vantage points that look; at least one.</summary>
    public required ImmutableArray<VantagePointId> From { get; init; }

    /// <summary>What a broken condition of it tells of, as the config says; null where its signals say it themselves, or nothing does.</summary>
    public ProbeTells? Tells { get; init; }

    /// <summary>The protocol's own options, as the probe's folder declares them.</summary>
    public required object Options { get; init; }

    /// <summary>Knows the probe's credentials: a target may send them back, and what it sends becomes evidence.</summary>
    public Redaction Redaction { get; init; } = Redaction.ByShape;

    /// <summary>After this long without an observation the vote has expired (TRUTH 8).</summary>
    public Duration VoteLifetime => Every * 2 + Timeout;

    /// <summary>
    /// The shortest outage that is surely found while nothing is late (TRUTH 3): one interval, and two time-outs, because a target that
    /// says nothing keeps the look that meets it waiting, and then the one that has to agree.
    /// </summary>
    public Duration Resolution => Every + Timeout * 2;
}

/// <summary>What a probe's broken conditions are evidence of, where only the one who wrote them can know.</summary>
public enum ProbeTells
{
    Technical,
    Congestion,
    Consensus,
    Security,
    Maintenance,
    /// <summary>An attack that somebody else recognised: a firewall, a provider of protection.</summary>
    DenialOfService,
    /// <summary>More requests than usual: an attack only together with refusals.</summary>
    Surge,
}

/// <summary>A place to look from: a region, and the path that its probes take.</summary>
public sealed record VantagePoint
{
    public required VantagePointId Id { get; init; }

    /// <summary>Vantage points of one region vote as one.</summary>
    public required string Region { get; init; }

    /// <summary>Local address to connect from; null for the system's choice.</summary>
    public string? SourceAddress { get; init; }

    /// <summary>Forward proxy (HTTP CONNECT) to go through, as http://host:port; null for a direct path.</summary>
    public Uri? Proxy { get; init; }
}

/// <summary>One planned stretch of maintenance, already placed on the time line.</summary>
/// <param name="Id">Stable over restarts: the window's name and its start.</param>
/// <param name="Components">Which components it covers.</param>
/// <param name="From">First instant inside. Never before the instant at which the window was entered.</param>
/// <param name="To">First instant after it.</param>
public sealed record MaintenanceWindow(string Id, ImmutableArray<ComponentId> Components, Instant From, Instant To);

/// <summary>Everything that is watched, and from where: what the scheduler and the judge both read.</summary>
public sealed record Topology
{
    public required ImmutableArray<Component> Components { get; init; }
    public required ImmutableArray<VantagePoint> VantagePoints { get; init; }
}
