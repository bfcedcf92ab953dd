using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Nines.Core;
using Nines.Probing.Evm;
using Nines.Probing.Http;
using NodaTime;

namespace Nines.Probing.Beacon;

/// <summary>How a beacon node is reached; the same for every probe that asks one.</summary>
public abstract record BeaconApiOptions
{
    [MainOption, Required, Description("The beacon node: an absolute http or https URL, without /eth/v1. Keys in it are kept out of facts and logs.")]
    public required Uri Url { get; init; }

    [Secret, Description("Request headers, such as authorization.")]
    public ImmutableSortedDictionary<string, string> Headers { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    [FilePath, Description("PEM file with the root certificates to trust instead of the system's; beside the config unless the path is absolute.")]
    public string? CaFile { get; init; }
}

public sealed record BeaconOptions : BeaconApiOptions
{
    [Range(1, long.MaxValue), Description("Chain id of the execution layer (DEPOSIT_CHAIN_ID) that the node must be on; another one is down at once. Not checked without it.")]
    public long? ChainId { get; init; }

    [Description("The genesis_validators_root that the node must have: 0x and 64 digits; another one is down at once. Not checked without it.")]
    public string? GenesisRoot { get; init; }

    [DurationRange("50ms", "1h"), Description("Time of one slot.")]
    public Duration SlotTime { get; init; } = Duration.FromSeconds(12);

    [Description("How old the head may be. 4 slots when left out; off does not judge it.")]
    public HeadAgeLimit? HeadAgeLimit { get; init; }

    [Range(1, 10_000), Description("Fewer peers than this is degraded. Not judged without it.")]
    public int? MinPeers { get; init; }

    [Description("Hold the node's event stream, which tells late heads and reorganisations as they come.")]
    public bool Events { get; init; } = true;

    [Range(0, 10_000), Description("Validators, drawn evenly from all of the chain, whose votes are read once an epoch to tell the network's participation; 0 for none.")]
    public int ParticipationSample { get; init; }

    [Description("auto holds an idle TCP connection whose break makes Nines look at once; off does not.")]
    public TripwireUse Tripwire { get; init; } = TripwireUse.Auto;

    /// <summary>Null when head age is not judged.</summary>
    public Duration? LongestHeadAge => HeadAgeLimit is { } given ? given.Limit : SlotTime * 4;
}
