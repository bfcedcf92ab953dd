using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Nines.Chains.Evm;
using Nines.Chains.Evm.JsonRpc;
using Nines.Chains.JsonRpc;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Answers;
using Nines.Probing.Rpc;
using NodaTime;

namespace Nines.Probing.ContractWatch;

/// <summary>
/// Reads what happened at a contract up to the newest block that has enough others on top, each block once, and what the contract is at that
/// block. Nothing counts before it is confirmed; what is re-organised away all the same is taken back.
/// </summary>
public sealed class ContractWatchProbe : Probe
{
    /// <summary>Ranges of logs that one look reads at most: the rest comes with the next ones.</summary>
    private const int MostRanges = 8;

    private readonly ProbeDefinition definition;
    private readonly ContractWatchOptions options;
    private readonly ProbeEnvironment environment;
    private readonly VantagePointId from;
    private readonly RpcEndpoint endpoint;
    private readonly Readout readout;
    private readonly ImmutableArray<EventRule> rules;
    private readonly ImmutableArray<string> names;
    private readonly LogFetch logs;
    private readonly FormReader forms;
    private readonly Address address;
    private WatchBook? book;
    private ContractForm? form;
    private byte[] kept = [];

    /// <exception cref="FormatException">The options are wrong; see <see cref="ContractWatchProbeType.Validate"/>.</exception>
    public ContractWatchProbe(ProbeDefinition definition, ContractWatchOptions options, NetworkPath path, ProbeEnvironment environment)
        : this(definition, options, path, environment, transport: null) { }

    internal ContractWatchProbe(ProbeDefinition definition, ContractWatchOptions options, NetworkPath path, ProbeEnvironment environment, HttpMessageHandler? transport)
    {
        (this.definition, this.options, this.environment, from) = (definition, options, environment, path.VantagePoint.Id);
        endpoint = new RpcEndpoint(definition, options, path, environment, transport);
        readout = new Readout(definition.Signals, new ContractWatchProbeType().SignalsOf(options));
        address = Address.Parse(options.Address);
        rules = EventRule.From(options.Events);
        names = [.. rules.Select(rule => rule.Declaration.Name).Distinct()];
        logs = new LogFetch(endpoint, address, [.. rules.Select(rule => rule.Declaration.Topic).Distinct()], options.BlockRange);
        forms = new FormReader(endpoint, address);
    }

    public override async ValueTask<Sight> LookAsync(CancellationToken limit)
    {
        var started = environment.Time.GetTimestamp();
        if (book is null && await BeginAsync(limit).ConfigureAwait(false) is { } cannot) return cannot;
        var (head, sight) = await HeadAsync(limit).ConfigureAwait(false);
        if (head is null) return sight;
        var confirmed = head.Number.Value > (ulong)options.Confirmations ? head.Number.Value - (ulong)options.Confirmations : 0;
        var failure = await ReadAsync(confirmed, limit).ConfigureAwait(false);
        var now = environment.Now();
        book!.PassTo(now, definition.Every + definition.Timeout);
        Keep();
        if (failure is { } failed) return failed;
        if (book.Cursor is not { } told || form is null) return new Sight(new Outcome.ProbeFault("the node's blocks changed while they were read: nothing is known yet"), []);
        // Of the newest block itself nothing can be newer.
        var delay = told.Number >= head.Number.Value ? Duration.Zero : Duration.Max(Duration.Zero, now - Instant.FromUnixTimeSeconds(told.Time));
        if (options.HeadAgeLimit.Limit is { } oldest && confirmed <= told.Number && now - Instant.FromUnixTimeSeconds(told.Time) > oldest)
            return new Sight(new Outcome.ProbeFault($"the newest confirmed block, {told.Number}, is older than {options.HeadAgeLimit}: what happened since cannot be seen"), []);
        var took = Duration.FromTimeSpan(environment.Time.GetElapsedTime(started));
        return new Sight(new Outcome.Answered(took), readout.Read(Values(took, confirmed, now), null)) { NewsDelay = delay };
    }

    public override void HoldTripwire(Action<TripwireEvent> broke) => endpoint.HoldTripwire(broke);

    public override ValueTask DisposeAsync() => endpoint.DisposeAsync();

    /// <summary>Takes up what an earlier run knew, if it knew it of this contract on this chain.</summary>
    private async Task<Sight?> BeginAsync(CancellationToken limit)
    {
        var batch = new RpcBatch();
        var chain = batch.Add(EvmCalls.ChainId);
        var (answers, _, failure) = await endpoint.AskAsync(batch, limit).ConfigureAwait(false);
        if (answers is null) return failure;
        if (answers.Of(chain) is not RpcAnswer<ChainId>.Answered id) return endpoint.FailureOf(answers.Of(chain));
        var chainId = id.Value.Value.ToString(CultureInfo.InvariantCulture);
        var before = ContractMemory.Read(environment.Memory.Of(definition.Id, from));
        var pins = new Dictionary<ContractPart, ImmutableArray<string>>
        {
            [ContractPart.Implementation] = options.Implementation,
            [ContractPart.Admin] = options.Admin,
            [ContractPart.Beacon] = options.Beacon,
            [ContractPart.Code] = options.CodeHash,
            [ContractPart.ImplementationCode] = options.ImplementationCodeHash,
        };
        book = new WatchBook(before is { } known && known.Address == address.ToString() && known.ChainId == chainId ? known : new ContractMemory(address.ToString(), chainId),
            pins.Where(pin => !pin.Value.IsDefaultOrEmpty).ToDictionary(), options.Hold, at => environment.PlannedUntil(definition.Id.Component, at));
        return null;
    }

    /// <summary>The newest block; when the chain has replaced blocks that were told, what was told of them is taken back.</summary>
    private async Task<(BlockHeader? Head, Sight Failure)> HeadAsync(CancellationToken limit)
    {
        var batch = new RpcBatch();
        var latest = batch.Add(EvmCalls.GetBlock(BlockRef.Latest));
        var told = book!.Cursor is { } cursor ? batch.Add(EvmCalls.GetBlock(BlockRef.At(new BlockNumber(cursor.Number)))) : null;
        var (answers, _, failure) = await endpoint.AskAsync(batch, limit).ConfigureAwait(false);
        if (answers is null) return (null, failure);
        if (answers.Of(latest) is not RpcAnswer<BlockHeader?>.Answered said) return (null, endpoint.FailureOf(answers.Of(latest)));
        if (said.Value is not { } head) return (null, endpoint.Refused("no_head", "the node has no latest block"));
        if (told is null) return (head, default);
        if (answers.Of(told) is not RpcAnswer<BlockHeader?>.Answered there) return (null, endpoint.FailureOf(answers.Of(told)));
        // A node that no longer has the block, or does not have it yet, does not contradict it.
        if (there.Value is { } block && block.Hash.ToString() != book.Cursor!.Hash && await TakeBackAsync(limit).ConfigureAwait(false) is { } cannot) return (null, cannot);
        return (head, default);
    }

    private async Task<Sight?> TakeBackAsync(CancellationToken limit)
    {
        var batch = new RpcBatch();
        var asked = book!.Memory.Told.Select(block => (Block: block, Slot: batch.Add(EvmCalls.GetBlock(BlockRef.At(new BlockNumber(block.Number)))))).ToArray();
        var (answers, _, failure) = await endpoint.AskAsync(batch, limit).ConfigureAwait(false);
        if (answers is null) return failure;
        foreach (var (block, slot) in asked.Reverse())
        {
            if (answers.Of(slot) is not RpcAnswer<BlockHeader?>.Answered said) return endpoint.FailureOf(answers.Of(slot));
            if (said.Value?.Hash.ToString() != block.Hash) continue;
            book.TakeBack(block.Number, environment.Now());
            return null;
        }
        // Deeper than our memory: as far below it as it reaches back is read anew.
        var (oldest, newest) = (asked[0].Block.Number, asked[^1].Block.Number);
        var above = oldest - Math.Min(oldest, newest - oldest + (ulong)options.Confirmations + 1);
        book.TakeBack(above, environment.Now());
        return await StartAtAsync(above, limit).ConfigureAwait(false);
    }

    /// <summary>Tells what happened up to the block, and sees what the contract is there.</summary>
    private async Task<Sight?> ReadAsync(ulong confirmed, CancellationToken limit)
    {
        if (book!.Cursor is null && await StartAtAsync(confirmed - Math.Min(confirmed, (ulong)options.LookBack), limit).ConfigureAwait(false) is { } cannot) return cannot;
        if (book.Cursor is { } told && confirmed > told.Number && confirmed - told.Number > (ulong)options.CatchUp)
        {
            var start = confirmed - (ulong)options.CatchUp;
            book.SayGap(start - told.Number, environment.Now());
            if (await StartAtAsync(start, limit).ConfigureAwait(false) is { } failed) return failed;
        }
        for (var ranges = 0; ranges < MostRanges && book.Cursor is { } at && at.Number < confirmed; ranges++)
        {
            switch (await logs.NextAsync(at.Number + 1, confirmed, limit).ConfigureAwait(false))
            {
                case LogFetch.Range.Read read:
                    Tell(read);
                    break;
                case LogFetch.Range.TooLarge:
                    break;
                case LogFetch.Range.Unsettled:
                    return null;
                case LogFetch.Range.Failed failed:
                    return failed.Sight;
                default:
                    throw new InvalidOperationException("A range is one of four.");
            }
        }
        // While events are still being caught up, the contract is seen where they are: what is told fits together.
        return book.Cursor is { } here && (form is null || book.Memory.SeenAt != here.Number) ? await SeeAsync(here, limit).ConfigureAwait(false) : null;
    }

    private async Task<Sight?> StartAtAsync(ulong number, CancellationToken limit)
    {
        var batch = new RpcBatch();
        var asked = batch.Add(EvmCalls.GetBlock(BlockRef.At(new BlockNumber(number))));
        var (answers, _, failure) = await endpoint.AskAsync(batch, limit).ConfigureAwait(false);
        if (answers is null) return failure;
        if (answers.Of(asked) is not RpcAnswer<BlockHeader?>.Answered said) return endpoint.FailureOf(answers.Of(asked));
        if (said.Value is not { } block || block.Number.Value != number) return null;
        book!.MoveTo(new Checkpoint(number, block.Hash.ToString(), block.Timestamp.ToUnixTimeSeconds()));
        return null;
    }

    private void Tell(LogFetch.Range.Read read)
    {
        var now = environment.Now();
        var same = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (log, at) in read.Logs)
        {
            if (rules.FirstOrDefault(rule => rule.Matches(log.Topics)) is not { } rule || log.Place is not { } place) continue;
            // What one transaction says twice are two events; what comes again in another block is the same.
            var said = $"{place.TransactionHash} {string.Join(' ', log.Topics)} {log.Data}";
            var times = same[said] = same.GetValueOrDefault(said) + 1;
            var id = Keccak256.Hash(Encoding.UTF8.GetBytes($"{said} {times}")).ToString()[..34];
            book!.Tell(id, rule.Declaration.Name, $"{rule.Show(log)} by transaction {place.TransactionHash}", rule.IsSecurity, place.Block.Value, at, now);
        }
        book!.MoveTo(read.UpTo);
    }

    private async Task<Sight?> SeeAsync(Checkpoint at, CancellationToken limit)
    {
        var (seen, failure) = await forms.ReadAsync(at.Number, at.Hash, limit).ConfigureAwait(false);
        if (seen is null) return failure;
        var changed = at;
        var memory = book!.Memory;
        var isOther = memory.Seen.Any(before => seen.Parts[before.Key] != before.Value);
        if (isOther && memory.SeenAt is { } since && since + 1 < at.Number) changed = await ChangedInAsync(since, at, memory.Seen, limit).ConfigureAwait(false);
        var now = environment.Now();
        var isElsewhere = memory.Seen.TryGetValue(ContractPart.Implementation, out var was) && was != seen.Parts[ContractPart.Implementation];
        foreach (var (part, value) in seen.Parts)
            book.See(part, value, changed.Number, Instant.FromUnixTimeSeconds(changed.Time), now, isExplained: isElsewhere && part == ContractPart.ImplementationCode);
        book.SeenAt(at.Number);
        form = seen;
        return null;
    }

    /// <summary>The first block in which a part was not as before, by halving; the last one where the node no longer knows what was between.</summary>
    private async Task<Checkpoint> ChangedInAsync(ulong before, Checkpoint after, ImmutableSortedDictionary<ContractPart, string> was, CancellationToken limit)
    {
        while (before + 1 < after.Number)
        {
            var middle = before + (after.Number - before) / 2;
            var batch = new RpcBatch();
            var asked = batch.Add(EvmCalls.GetBlock(BlockRef.At(new BlockNumber(middle))));
            var (answers, _, _) = await endpoint.AskAsync(batch, limit).ConfigureAwait(false);
            if (answers is null || answers.Of(asked) is not RpcAnswer<BlockHeader?>.Answered { Value: { } block }) return after;
            var (there, _) = await forms.ReadAsync(middle, block.Hash.ToString(), limit).ConfigureAwait(false);
            if (there is null) return after;
            if (was.Any(part => there.Parts[part.Key] != part.Value)) after = new Checkpoint(middle, block.Hash.ToString(), block.Timestamp.ToUnixTimeSeconds());
            else before = middle;
        }
        return after;
    }

    private void Keep()
    {
        var memory = book!.Memory.Write();
        if (memory.AsSpan().SequenceEqual(kept)) return;
        kept = memory;
        environment.Memory.Keep(definition.Id, from, memory);
    }

    private SignalValue[] Values(Duration took, ulong confirmed, Instant now)
    {
        var (told, parts, memory) = (book!.Cursor!, form!.Parts, book.Memory);
        // An event is never so new that it does not count: a block's timestamp may be ahead of our clock.
        var since = book.UnexpectedSince is { } at ? Math.Max(0.001, (now - at).TotalSeconds) : 0;
        return
        [
            SignalValue.Of(took.TotalSeconds),
            SignalValue.Of(since),
            Text(book.UnexpectedText),
            SignalValue.Of(book.Count("Upgraded") + book.Count("BeaconUpgraded") > 0),
            SignalValue.Of(book.IsChanged(ContractPart.Implementation)),
            SignalValue.Of(book.IsChanged(ContractPart.Admin)),
            SignalValue.Of(book.IsChanged(ContractPart.Beacon)),
            SignalValue.Of(book.IsChanged(ContractPart.Code) || book.IsChanged(ContractPart.ImplementationCode)),
            SignalValue.Of((double)book.Unexpected.Count(finding => finding.Part is null)),
            Text(memory.LastEvent),
            SignalValue.Of(form.IsPaused ?? memory.PausedByEvent ?? false),
            SignalValue.Of((double)memory.Withdrawn.Length),
            Text(book.WithdrawnText),
            SignalValue.Of(form.Proxy),
            SignalValue.Of(parts[ContractPart.Implementation]),
            SignalValue.Of(parts[ContractPart.Admin]),
            SignalValue.Of(parts[ContractPart.Beacon]),
            SignalValue.Of(parts[ContractPart.Code]),
            SignalValue.Of(parts[ContractPart.ImplementationCode]),
            RpcValues.Whole(told.Number),
            RpcValues.Whole(confirmed > told.Number ? confirmed - told.Number : 0),
            RpcValues.Whole(memory.Gap),
            .. names.Select(name => SignalValue.Of((double)book.Count(name))),
        ];
    }

    private static SignalValue Text(string? text) => text is null ? SignalValue.Missing : RpcValues.Text(text);
}
