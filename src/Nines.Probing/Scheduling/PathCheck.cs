using Nines.Core.Components;
using Nines.Probing.Paths;
using NodaTime;

namespace Nines.Probing.Scheduling;

/// <summary>
/// Asks whether a failure was our own path's (TRUTH 7): called after a look that was refused or timed out where our path could
/// be to blame, and, while the vantage point is blind, after looks that were answered. Must look at the path after
/// <paramref name="ended"/>, and end by <paramref name="limit"/>.
/// </summary>
/// <param name="ended">When the failed look ended.</param>
public delegate ValueTask<PathVerdict> PathCheck(ProbeDefinition probe, VantagePoint from, Sight sight, Instant ended, CancellationToken limit);

/// <summary>What a control check found about a vantage point's path.</summary>
public abstract record PathVerdict
{
    private PathVerdict() { }

    /// <summary>The path works: the target failed. <paramref name="By"/> names the control that answered.</summary>
    public sealed record Vouched(string By) : PathVerdict
    {
        /// <summary>The path does not leave this machine: whatever was broken outside, it was not.</summary>
        public bool OnThisMachine { get; init; }
    }

    /// <summary>The path is broken: what it fails to reach is not the target's fault.</summary>
    public sealed record Blind(string Reason) : PathVerdict;

    /// <summary>Nothing is configured that could vouch, or nothing has to.</summary>
    public sealed record NotNeeded : PathVerdict
    {
        public static NotNeeded Instance { get; } = new();
    }
}

/// <summary>How the scheduler asks the control checks of the vantage points' paths.</summary>
public static class PathChecks
{
    /// <param name="paths">The path of each vantage point.</param>
    /// <param name="providerOf">Host, and port if it has one, of a probe's target; null when Nines only listens, and nothing has to be vouched for.</param>
    public static PathCheck By(ControlCheck control, IReadOnlyDictionary<VantagePointId, NetworkPath> paths, Func<ProbeDefinition, string?> providerOf) =>
        async (probe, from, sight, _, limit) =>
        {
            if (providerOf(probe) is not { } provider) return PathVerdict.NotNeeded.Instance;
            // Not every provider has a port: there are none in ICMP.
            var loopback = (HostPort.TryParse(provider, out var target) ? target : new HostPort(provider, 0)).IsLoopback;
            return await control.VouchAsync(paths[from.Id], sight.Resolving, loopback, limit).ConfigureAwait(false) switch
            {
                ControlVerdict.Vouched vouched => new PathVerdict.Vouched(vouched.By) { OnThisMachine = loopback && !sight.Resolving && from.Proxy is null },
                ControlVerdict.Blind blind => new PathVerdict.Blind(blind.Reason),
                _ => throw new InvalidOperationException("ControlVerdict is a closed hierarchy."),
            };
        };
}
