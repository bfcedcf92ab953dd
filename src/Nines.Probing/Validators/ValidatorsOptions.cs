using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Nines.Core;
using Nines.Probing.Beacon;
using NodaTime;

namespace Nines.Probing.Validators;

public sealed record ValidatorsOptions : BeaconApiOptions
{
    [Description("The validators: indices, or public keys as 0x and 96 digits.")]
    public ImmutableArray<string> Ids { get; init; } = [];

    [FilePath, Description("File with more of them, one a line; what follows a # is not read. Beside the config unless the path is absolute.")]
    public string? IdsFile { get; init; }

    [Range(1, 100), Description("Epochs in a row that a validator has to miss before it counts as missing.")]
    public int MissedInARow { get; init; } = 3;

    [Range(0.0, 1.0), Description("Share of the validators that has to be missing for the set to be effectively down.")]
    public double CriticalShare { get; init; } = 0.33;

    [Range(1, 100_000), Description("That many missing validators are enough, however many there are.")]
    public int CriticalCount { get; init; } = 1_000;

    [Range(0, 10_000), Description("Validators, drawn evenly from all of the chain, whose votes tell what the whole network missed; 0 for none: all misses are then ours.")]
    public int NetworkSample { get; init; } = 500;

    [Range(0.0, 1.0), Description("Misses of an epoch in which less than this share of the network voted for the target are not ours.")]
    public double NetworkBelow { get; init; } = 0.667;

    [Range(1, 10_000), Description("Validators that one request asks about.")]
    public int Batch { get; init; } = 1_000;

    [DurationRange("1s", "7d"), Description("With no newer epoch read for so long nothing is known of the validators.")]
    public Duration StaleAfter { get; init; } = Duration.FromHours(1);
}
