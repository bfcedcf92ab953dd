using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Nines.Core;
using Nines.Probing.Rpc;
using NodaTime;

namespace Nines.Probing.Oracles;

public sealed record OracleOptions : RpcOptions
{
    [Required, Description("The feed's address: a contract with latestRoundData() and decimals().")]
    public required string Address { get; init; }

    [Required, DurationRange("1s", "30d"), Description("How often this feed updates at the least, as its operator states it: 1h, 24h.")]
    public required Duration Heartbeat { get; init; }

    [DurationRange("0s", "1d"), Description("How much later than the heartbeat an update may come.")]
    public Duration Grace { get; init; } = Duration.FromSeconds(300);

    [Description("Another feed of the same price, on the same chain, to compare with.")]
    public string? ReferenceFeed { get; init; }

    [DurationRange("1s", "30d"), Description("Heartbeat of reference_feed: its answer does not count when it is older than that + grace. Default: heartbeat.")]
    public Duration? ReferenceHeartbeat { get; init; }

    [Description("An http or https URL that answers JSON with the same price, to compare with. Keys in it are kept out of facts and logs.")]
    public Uri? ReferenceUrl { get; init; }

    [Description("JSON path of the price in the answer of reference_url: $.price. A number, or digits in quotes.")]
    public string? ReferencePrice { get; init; }

    /// <summary>From when on the feed's answer is too old.</summary>
    public Duration LongestAge => Heartbeat + Grace;
}
