using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Sockets;
using Nines.Core.Components;
using Nines.Probing.Paths;
using NodaTime;

namespace Nines.Probing;

/// <summary>What vouches for our own paths. All of these should be run by others than your targets, and by different ones.</summary>
public sealed record ControlOptions
{
    [Description("Places (host:port) that show, by accepting a connection, that a path works. For paths through a proxy they must be reachable through it.")]
    public ImmutableArray<string> Targets { get; init; } = ["1.1.1.1:443", "8.8.8.8:443", "9.9.9.9:443"];

    [Description("Names that show, by having an address, that our resolver works.")]
    public ImmutableArray<string> Names { get; init; } = ["one.one.one.one", "dns.google"];

    [Description("How long one control check may take.")]
    public Duration Timeout { get; init; } = Duration.FromSeconds(2);

    /// <summary>What is wrong with the options; empty when nothing is.</summary>
    public IEnumerable<OptionMistake> Validate()
    {
        if (Targets.IsDefaultOrEmpty) yield return new OptionMistake("targets", "is empty: with nothing to vouch for a path, every failure would be taken for our own. Give at least one host:port.");
        else if (Targets.Length > 16) yield return new OptionMistake("targets", "has more than 16 entries: they are all tried at once. Keep the best few.");
        foreach (var target in Targets.IsDefault ? [] : Targets)
            if (!HostPort.TryParse(target, out _))
                yield return new OptionMistake("targets", $"'{target}' is not host:port. Try 1.1.1.1:443.");
        if (Names.IsDefaultOrEmpty) yield return new OptionMistake("names", "is empty: name-resolution failures could never be told from our own. Give at least one name.");
        if (Timeout < Duration.FromMilliseconds(100) || Timeout > Duration.FromSeconds(30))
            yield return new OptionMistake("timeout", "must be 100ms to 30s. Try 2s.");
    }
}

/// <summary>Whether our own path, or our own resolver, worked just after a failure.</summary>
public abstract record ControlVerdict
{
    private ControlVerdict() { }

    /// <summary>It works: the failure stands.</summary>
    /// <param name="By">What showed it, for the evidence.</param>
    public sealed record Vouched(string By) : ControlVerdict;

    /// <summary>It does not work: the failure says nothing about the target.</summary>
    public sealed record Blind(string Reason) : ControlVerdict;
}

/// <summary>
/// Vouches for paths (TRUTH 7): a failure counts only if, on the same path and after it, something independent can still be
/// reached. At most one check a path runs at a time; all failures that were there when it began share its verdict.
/// </summary>
public sealed class ControlCheck
{
    private readonly ControlOptions options;
    private readonly TimeProvider time;
    private readonly ImmutableArray<HostPort> targets;
    private readonly Lock gate = new();
    private readonly Dictionary<(VantagePointId, Subject), Queue> queues = [];

    private enum Subject { Path, Loopback, Resolver }

    private sealed class Queue
    {
        public Task<ControlVerdict> Running = Task.FromResult<ControlVerdict>(new ControlVerdict.Blind("not begun"));
        public Task<ControlVerdict>? Next;
    }

    /// <exception cref="ArgumentException">The options are wrong; see <see cref="ControlOptions.Validate"/>.</exception>
    public ControlCheck(ControlOptions options, TimeProvider time)
    {
        if (options.Validate().FirstOrDefault() is { } mistake) throw new ArgumentException($"{mistake.Option} {mistake.Message}", nameof(options));
        (this.options, this.time) = (options, time);
        targets = [.. options.Targets.Select(HostPort.Parse)];
    }

    /// <summary>Call it after the failure ended: the check that answers begins after this call.</summary>
    /// <param name="path">The path that failed.</param>
    /// <param name="resolving">The failure was in name resolution.</param>
    /// <param name="loopback">The target is on this machine: our stack and descriptors are in question, not the network.</param>
    /// <exception cref="OperationCanceledException">The caller stopped waiting; the check goes on for the others.</exception>
    public async ValueTask<ControlVerdict> VouchAsync(NetworkPath path, bool resolving, bool loopback, CancellationToken cancellation)
    {
        var subject = resolving ? Subject.Resolver : loopback && path.VantagePoint.Proxy is null ? Subject.Loopback : Subject.Path;
        return await Enqueue(path, subject).WaitAsync(cancellation).ConfigureAwait(false);
    }

    private Task<ControlVerdict> Enqueue(NetworkPath path, Subject subject)
    {
        lock (gate)
        {
            var key = (path.VantagePoint.Id, subject);
            if (!queues.TryGetValue(key, out var queue)) queues[key] = queue = new Queue();
            // One that runs already began before this failure was known to have ended: it proves nothing about it.
            if (queue.Next is not null) return queue.Next;
            if (queue.Running.IsCompleted) return queue.Running = Task.Run(() => CheckAsync(path, subject));
            return queue.Next = FollowAsync(queue, path, subject);
        }
    }

    private async Task<ControlVerdict> FollowAsync(Queue queue, NetworkPath path, Subject subject)
    {
        await ((Task)queue.Running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        Task<ControlVerdict> mine;
        lock (gate)
        {
            mine = queue.Running = Task.Run(() => CheckAsync(path, subject));
            queue.Next = null;
        }
        return await mine.ConfigureAwait(false);
    }

    private async Task<ControlVerdict> CheckAsync(NetworkPath path, Subject subject)
    {
        using var limit = new CancellationTokenSource(options.Timeout.ToTimeSpan(), time);
        return subject switch
        {
            Subject.Path => await FirstToVouchAsync(targets, target => ReachAsync(path, target, limit.Token), limit).ConfigureAwait(false)
                ?? new ControlVerdict.Blind($"none of the control targets {string.Join(", ", targets)} could be reached from {path.VantagePoint.Id} within {Seconds()} s"),
            Subject.Resolver => await FirstToVouchAsync(options.Names, name => ResolveAsync(path, name, limit.Token), limit).ConfigureAwait(false)
                ?? new ControlVerdict.Blind($"none of the control names {string.Join(", ", options.Names)} could be resolved from {path.VantagePoint.Id} within {Seconds()} s"),
            Subject.Loopback => await ReachOurselvesAsync(path, limit.Token).ConfigureAwait(false),
        };
    }

    private static async Task<ControlVerdict?> FirstToVouchAsync<T>(ImmutableArray<T> all, Func<T, Task<string?>> ask, CancellationTokenSource limit)
    {
        ControlVerdict? verdict = null;
        await foreach (var one in Task.WhenEach(all.Select(ask)).ConfigureAwait(false))
        {
            if (verdict is not null || await one.ConfigureAwait(false) is not { } by) continue;
            verdict = new ControlVerdict.Vouched(by);
            await limit.CancelAsync().ConfigureAwait(false); // the others end at once, and nothing of them is left behind
        }
        return verdict;
    }

    private static async Task<string?> ReachAsync(NetworkPath path, HostPort target, CancellationToken limit)
    {
        if (await path.OpenAsync(target, null, limit).ConfigureAwait(false) is not PathResult.Open open) return null;
        await open.Connection.DisposeAsync().ConfigureAwait(false);
        return $"connected to {target}";
    }

    private static async Task<string?> ResolveAsync(NetworkPath path, string name, CancellationToken limit) =>
        (await path.ResolveAsync(name, limit, control: true).ConfigureAwait(false)).Failure is null ? $"resolved {name}" : null;

    private static async Task<ControlVerdict> ReachOurselvesAsync(NetworkPath path, CancellationToken limit)
    {
        try
        {
            var v6 = path.SourceAddress?.AddressFamily == AddressFamily.InterNetworkV6;
            using var listener = new TcpListener(v6 ? IPAddress.IPv6Loopback : IPAddress.Loopback, 0);
            listener.Start(1);
            var ourselves = (IPEndPoint)listener.LocalEndpoint;
            switch (await path.OpenAsync(new HostPort(ourselves.Address.ToString(), ourselves.Port), null, limit).ConfigureAwait(false))
            {
                case PathResult.Open open:
                    await open.Connection.DisposeAsync().ConfigureAwait(false);
                    return new ControlVerdict.Vouched("connected to our own listener on loopback");
                case PathResult.Failed { Failure: PathFailure.Ours ours }:
                    return new ControlVerdict.Blind($"our own listener on loopback could not be reached ({ours.Code})");
                default:
                    return new ControlVerdict.Blind("our own listener on loopback could not be reached");
            }
        }
        catch (SocketException e)
        {
            return new ControlVerdict.Blind($"no listener could be opened on loopback ({e.SocketErrorCode})");
        }
    }

    private string Seconds() => options.Timeout.TotalSeconds.ToString("0.###", System.Globalization.CultureInfo.InvariantCulture);
}
