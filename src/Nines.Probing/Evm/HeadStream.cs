using Nines.Chains.Evm;
using Nines.Chains.Evm.JsonRpc;
using Nines.Chains.JsonRpc;
using Nines.Core;
using Nines.Core.Components;
using Nines.Probing.Paths;
using Nines.Probing.WebSockets;
using NodaTime;

namespace Nines.Probing.Evm;

/// <summary>
/// Holds a subscription to a node's new heads and compares it with the heads that are polled: a stream that stops while blocks are made
/// leaves every wallet and indexer that listens to it behind, though HTTP goes on.
/// </summary>
internal sealed class HeadStream : IAsyncDisposable
{
    private const string Subscribe = """{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}""";

    /// <summary>Bytes of a message that are kept: a header has less than 4 KiB.</summary>
    private const int MaxMessage = 64 << 10;

    /// <summary>Heads in a second beyond which a stream is no stream of heads.</summary>
    private const int MaxRate = 1_000;

    private static readonly TimeSpan Ping = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan AttemptLimit = TimeSpan.FromSeconds(5);

    private readonly ProbeEnvironment environment;
    private readonly Redaction redaction;
    private readonly Heads heads;
    private readonly HeldLink link;
    private readonly CancellationTokenSource stopping = new();
    private Task connecting = Task.CompletedTask;
    private volatile PathFailure? failed;   // as the last attempt did

    public HeadStream(Uri url, EvmOptions options, ProbeDefinition definition, NetworkPath path, ProbeEnvironment environment)
    {
        this.environment = environment;
        heads = new Heads(options.BlockTime);
        redaction = Redaction.For(url, options.Headers.Values);
        var with = new LinkOptions(url, [Subscribe], options.Headers, [], Ping, Ping, MaxRate, MaxMessage);
        link = new HeldLink(with, path, new TlsRequest { Roots = TlsRequest.RootsFrom(options.CaFile) }, environment, heads,
            // Heads are compared only after the node answered over HTTP: that vouches for our path to the same host.
            failure => url.Host != options.Url.Host && failure.ToSight(definition.Timeout, redaction).NeedsControl);
    }

    /// <summary>What the stream brought, against what was polled.</summary>
    /// <param name="Head">The last head it brought; null before the first.</param>
    /// <param name="Behind">Blocks that the polled head is ahead of it.</param>
    /// <param name="Silence">Since the first block was made that it has not brought; zero when there is none, and while our own path kept us from hearing it.</param>
    /// <param name="Trouble">Why there is no subscription; null when there is one.</param>
    public readonly record struct Comparison(ulong? Head, ulong Behind, Duration Silence, string? Trouble);

    /// <summary>Sees to it that the stream is held; looks do not wait for that.</summary>
    public void Hold()
    {
        if (connecting.IsCompleted) connecting = ConnectAsync();
    }

    public Comparison Compare(BlockHeader polled, Instant now)
    {
        var compared = heads.Compare(polled, now);
        var trouble = failed is { } failure ? Words(failure) : compared.Trouble;
        return compared with { Trouble = trouble is null ? null : redaction.Apply(trouble) };
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await connecting.ConfigureAwait(false);
        await link.DisposeAsync().ConfigureAwait(false);
        stopping.Dispose();
    }

    private static string Words(PathFailure failure) => failure switch
    {
        PathFailure.Refused refused => $"{refused.Code}: {refused.Message}",
        PathFailure.Unresolved unresolved => $"{unresolved.Code}: {unresolved.Message}",
        PathFailure.TimedOut late => $"no answer ({late.Phase})",
        PathFailure.Ours ours => $"{ours.Code}: {ours.Message}",
        _ => throw new InvalidOperationException("PathFailure is a closed hierarchy."),
    };

    private async Task ConnectAsync()
    {
        using var attempt = new CancellationTokenSource(AttemptLimit, environment.Time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token, attempt.Token);
        failed = await link.ConnectAsync(limit.Token).ConfigureAwait(false);
    }

    /// <summary>The heads that came, and the polled ones that have not. Written by the stream's reader and by the looks.</summary>
    /// <param name="blockTime">For blocks that were made between two polls.</param>
    private sealed class Heads(Duration blockTime) : StreamSink
    {
        private const int MostMissing = 64;

        private readonly Lock gate = new();
        private readonly Queue<(ulong Number, Instant Made)> missing = new();
        private (ulong Number, Instant At)? last;
        private string? refusal;
        private Instant? heardSince;   // connected again after a time in which our own path kept us from hearing
        private bool deaf;

        public override void Connected(Instant at)
        {
            lock (gate)
            {
                if (deaf) heardSince = at;
                deaf = false;
            }
        }

        public override void Ended()
        {
            // What the stream brought before is no less brought, and what it owes it owes.
        }

        public override void Deaf()
        {
            lock (gate) deaf = true;
        }

        public override void Note(Instant at, ReadOnlySpan<byte> kept, long length)
        {
            if (length > kept.Length) return;
            var message = SubscriptionMessage.Read(kept.ToArray());
            lock (gate)
            {
                switch (message)
                {
                    case SubscriptionMessage.NewHead head:
                        last = (head.Header.Number.Value, at);
                        while (missing.TryPeek(out var first) && first.Number <= last.Value.Number) missing.Dequeue();
                        break;
                    case SubscriptionMessage.Reply { Subscription: RpcAnswer<string>.RpcError error }:
                        refusal = $"eth_subscribe is refused: {error.Code}: {error.Message}";
                        break;
                    case SubscriptionMessage.Reply { Subscription: RpcAnswer<string>.Answered }:
                        refusal = null;
                        break;
                }
            }
        }

        public Comparison Compare(BlockHeader head, Instant now)
        {
            var polled = head.Number.Value;
            lock (gate)
            {
                var newest = missing.Count == 0 ? last?.Number : missing.Last().Number;
                if ((newest is null || polled > newest) && missing.Count < MostMissing) missing.Enqueue((polled, MadeAt(head, newest, now)));
                var silence = Duration.Zero;
                if (missing.TryPeek(out var first) && !deaf) silence = Duration.Max(Duration.Zero, now - (heardSince > first.Made ? heardSince.Value : first.Made));
                return new Comparison(last?.Number, last is { } brought && polled > brought.Number ? polled - brought.Number : 0, silence, refusal);
            }
        }

        /// <summary>
        /// When the first block after those that are known was made: by the polled block's own time and the blocks between, but not before
        /// the last head came, and not in a future that its clock has made up. Before the first head there is nothing to reckon from.
        /// </summary>
        private Instant MadeAt(BlockHeader head, ulong? newest, Instant now)
        {
            if (newest is null || last is not { } heard) return now;
            var between = Math.Min(head.Number.Value - newest.Value - 1, 1_000_000UL);
            var made = head.Timestamp - blockTime * (long)between;
            return Instant.Min(now, Instant.Max(made, heard.At));
        }
    }
}
