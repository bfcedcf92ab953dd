using System.Collections.Immutable;
using Nines.Probing.Paths;
using NodaTime;

namespace Nines.Probing.Dns;

/// <summary>What one server said to one question.</summary>
/// <param name="Counts">False for a server that says nothing of the name: a resolver that answers nothing at all, or one that we could not even ask.</param>
internal sealed record Voice(DnsServer Server, DnsReply Reply, bool Counts);

/// <summary>
/// One server that is asked. A resolver is our instrument: when it says nothing of the name, it is asked for the root, which
/// every resolver that works knows, before its silence is held against the name. A zone's own server answers for its silence.
/// </summary>
internal sealed class Voter(DnsServer server, bool? authoritative, DnsClient client, NetworkPath path, TimeProvider time)
{
    private static readonly DnsQuestion AnySignOfLife = new(DnsName.Root, DnsType.Ns);

    private bool hasSpokenWithAuthority;

    public DnsServer Server => server;

    public bool IsAuthoritative => authoritative ?? hasSpokenWithAuthority;

    /// <param name="patience">How long an answer may take: not after <paramref name="limit"/>.</param>
    public async Task<Voice> AskAsync(DnsQuestion question, TimeSpan patience, CancellationToken limit)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit);
        var asking = AskAsync(question, limit);
        if (IsAuthoritative) return Judge(await asking.ConfigureAwait(false), isAlive: true);
        await Task.WhenAny(asking, Task.Delay(patience / 2, time, stop.Token)).ConfigureAwait(false);
        // Asked while there is time left for an answer, beside the question itself.
        var living = asking.IsCompleted ? null : IsAliveAsync(stop.Token);
        var reply = await asking.ConfigureAwait(false);
        var spoke = reply is DnsReply.Answered { Message.Rcode: not DnsRcode.Refused };
        var isAlive = spoke || await (living ?? IsAliveAsync(stop.Token)).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        if (living is not null) await living.ConfigureAwait(false);
        // This machine's own may speak with authority for names of its own; it is an instrument all the same.
        if (reply is DnsReply.Answered { Message.Authoritative: true } && !server.IsSystem) hasSpokenWithAuthority = true;
        return Judge(reply, isAlive);
    }

    /// <summary>A question of our own to the same server.</summary>
    public async Task<DnsReply> AskAsync(DnsQuestion question, CancellationToken limit)
    {
        if (server.At is { } at) return await client.AskAsync(question with { Recursion = authoritative != true }, at, limit).ConfigureAwait(false);
        if (path.VantagePoint.Proxy is null) return await client.AskAsync(question, SystemResolver.Read(), limit).ConfigureAwait(false);
        return new DnsReply.Failed(new PathFailure.Ours("no_way", $"{path.VantagePoint.Id} has a proxy, and this machine's resolver is not behind it: name servers in resolvers"));
    }

    /// <summary>Whether it answers anything. One that refuses the root too refuses us, not the name.</summary>
    private async Task<bool> IsAliveAsync(CancellationToken limit) =>
        await AskAsync(AnySignOfLife, limit).ConfigureAwait(false) is DnsReply.Answered { Message.Rcode: not DnsRcode.Refused };

    private Voice Judge(DnsReply reply, bool isAlive) => new(server, reply, reply switch
    {
        // That this machine has no way to the server's network says nothing of the server.
        DnsReply.Failed { Failure: PathFailure.Ours or PathFailure.Refused { Code: "network_down" } } => false,
        _ => isAlive,
    });
}
