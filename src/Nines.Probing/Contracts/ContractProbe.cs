using System.Collections.Immutable;
using Nines.Chains.Evm;
using Nines.Chains.Evm.Abi;
using Nines.Chains.Evm.JsonRpc;
using Nines.Chains.JsonRpc;
using Nines.Core.Components;
using Nines.Core.Conditions;
using Nines.Core.Observations;
using Nines.Probing.Answers;
using Nines.Probing.Rpc;
using NodaTime;

namespace Nines.Probing.Contracts;

/// <summary>Looks at contracts: reads at one block, simulates, and makes sure that there are contracts where nothing proved it.</summary>
public sealed class ContractProbe : Probe
{
    /// <summary>So often a block is chosen anew, when it is replaced while it is looked at or the nodes behind the endpoint do not agree on it.</summary>
    private const int MaxRounds = 3;

    private readonly RpcEndpoint endpoint;
    private readonly ProbeEnvironment environment;
    private readonly Readout readout;
    private readonly ContractPlan plan;
    private readonly ImmutableArray<Condition> invariants;
    private ulong? lastBlock;

    /// <exception cref="FormatException">The options are wrong; see <see cref="ContractProbeType.Validate"/>.</exception>
    public ContractProbe(ProbeDefinition definition, ContractOptions options, NetworkPath path, ProbeEnvironment environment)
        : this(definition, options, path, environment, transport: null) { }

    internal ContractProbe(ProbeDefinition definition, ContractOptions options, NetworkPath path, ProbeEnvironment environment, HttpMessageHandler? transport)
    {
        this.environment = environment;
        endpoint = new RpcEndpoint(definition, options, path, environment, transport);
        var signals = new ContractProbeType().SignalsOf(options);
        readout = new Readout(definition.Signals, signals);
        plan = new ContractPlan(options);
        if (plan.Mistakes is [var mistake, ..]) throw new FormatException($"{mistake.Option}: {mistake.Message}");
        var reads = plan.Reads.Select(read => definition.Signals.IndexOf($"{read.Name}()")).ToHashSet();
        invariants = definition.Conditions.IsDefault ? [] : [.. definition.Conditions.Where(condition => condition.Holds.Mentioned().Any(reads.Contains))];
    }

    public override async ValueTask<Sight> LookAsync(CancellationToken limit)
    {
        var took = Duration.Zero;
        for (var rounds = 1; ; rounds++)
        {
            BlockHeader? head = null;
            if (plan.IsPinned)
            {
                var choosing = new RpcBatch();
                var latest = choosing.Add(EvmCalls.GetBlock(BlockRef.Latest));
                var (chosen, spent, unchosen) = await endpoint.AskAsync(choosing, limit).ConfigureAwait(false);
                if (chosen is null) return unchosen;
                took += spent;
                if (chosen.Of(latest) is not RpcAnswer<BlockHeader?>.Answered { Value: var known }) return endpoint.FailureOf(chosen.Of(latest));
                if (known is null) return endpoint.Refused("malformed", "there is no latest block");
                head = known;
            }
            var round = new ContractRound(plan, head, Due(head));
            var (answers, asking, failure) = await endpoint.AskAsync(round.Batch, limit).ConfigureAwait(false);
            if (answers is null) return failure;
            took += asking;
            if (round.Moved(answers))
            {
                if (rounds < MaxRounds) continue;
                return endpoint.Refused("inconsistent", $"block {head!.Number} was another one, or unknown, as soon as it was looked at, {MaxRounds} times in a row: the nodes behind the endpoint do not agree");
            }
            return await ReadAsync(round, answers, took, limit).ConfigureAwait(false);
        }
    }

    public override void HoldTripwire(Action<TripwireEvent> broke) => endpoint.HoldTripwire(broke);

    public override ValueTask DisposeAsync() => endpoint.DisposeAsync();

    /// <summary>The blocks since the last look, as many as are looked at, up to the head.</summary>
    private ImmutableArray<ulong> Due(BlockHeader? head)
    {
        if (head is null) return [];
        var newest = head.Number.Value;
        if (lastBlock is not { } last || last >= newest) return [newest];
        var count = (int)Math.Min(newest - last, (ulong)plan.EachBlock);
        return [.. Enumerable.Range(0, count).Select(i => newest - (ulong)(count - 1 - i))];
    }

    private async Task<Sight> ReadAsync(ContractRound round, RpcBatchAnswers answers, Duration took, CancellationToken limit)
    {
        if (round.Unconfirmed(answers) is { } unconfirmed) return endpoint.FailureOf(unconfirmed);
        var newest = new Findings();
        Said? result = round.Result(answers) is { } called ? Read(called) : null;
        Said[] actions = [.. round.Actions(answers).Select(Read)];
        Said[] reads = [.. round.Blocks[^1].Slots.Select(slot => Read(answers.Of(slot)))];
        var code = round.Code(answers).Select(found => (found.Address, Said: Read(found.Answer))).ToList();
        foreach (var said in reads.Append(result).Concat(actions).Concat(code.Select(found => (Said?)found.Said)))
            if (said?.Failure is { } failed) return failed;

        // Data or a revert can only come from code; an empty answer is also what an address without code gives.
        var proven = plan.Reads.Zip(reads).Append((plan.Result!, result!)).Concat(plan.Actions.Zip(actions)).Where(pair => pair.Item2 is { ComesFromCode: true }).Select(pair => pair.Item1.To)
            .Concat(code.Where(found => !found.Said.Data.IsEmpty).Select(found => found.Address)).ToHashSet();
        var doubtful = plan.Contracts.Where(address => !proven.Contains(address) && !plan.Coded.Contains(address)).ToList();
        if (doubtful.Count > 0)
        {
            var (found, more, failure) = await CodeAsync(doubtful, round.Head, limit).ConfigureAwait(false);
            if (found is null) return failure;
            took += more;
            proven.UnionWith(found);
        }
        foreach (var address in plan.Contracts.Where(address => !proven.Contains(address))) newest.Failures.Add($"no contract at {address}");
        newest.CodePresent = newest.Failures.Count == 0;

        if (plan.Result is { } call && Decode(call, result!, proven, newest, out newest.Result) is { } wrong) return endpoint.Refused("malformed", wrong);
        newest.Reads = new SignalValue[plan.Reads.Length];
        for (var i = 0; i < plan.Reads.Length; i++)
            if (Decode(plan.Reads[i], reads[i], proven, newest, out newest.Reads[i]) is { } unreadable) return endpoint.Refused("malformed", unreadable);
        newest.Actions = [.. actions.Select(said => said.Reverted)];
        newest.Reverted = actions.Length > 0 ? ReasonOf(actions) : result?.Reverted;
        var values = Worst(round, answers, newest, proven, took);
        lastBlock = round.Head?.Number.Value;
        return new Sight(new Outcome.Answered(took), values);
    }

    /// <summary>The values of the oldest block that breaks a condition on reads; of the newest when none does.</summary>
    private ImmutableArray<SignalValue> Worst(ContractRound round, RpcBatchAnswers answers, Findings newest, HashSet<Address> proven, Duration took)
    {
        var block = round.Blocks[^1].Number;
        var skipped = block is { } head && lastBlock is { } last && head > last ? head - last - (ulong)round.Blocks.Length : 0;
        var older = new List<(ulong Number, Findings Found)>();
        foreach (var at in round.Blocks.SkipLast(1))
        {
            if (Earlier(at, answers, newest, proven) is { } found) older.Add((at.Number!.Value, found));
            else skipped++; // its state is gone, or the node did not say
        }
        foreach (var (number, found) in older)
        {
            var values = readout.Read(Plain(found, number, skipped, took), null);
            foreach (var condition in invariants)
                if (!condition.Holds.IsTrue(values.AsSpan())) return values;
        }
        return readout.Read(Plain(newest, block, skipped, took), null);
    }

    /// <returns>The newest block's findings with the reads of an earlier one; null when that cannot be told.</returns>
    private Findings? Earlier(ContractRound.ReadsAt at, RpcBatchAnswers answers, Findings newest, HashSet<Address> proven)
    {
        var earlier = newest with { Reads = new SignalValue[plan.Reads.Length], Failures = [] };
        for (var i = 0; i < plan.Reads.Length; i++)
        {
            var said = Read(answers.Of(at.Slots[i]));
            if (said.Failure is not null || Decode(plan.Reads[i], said, proven, earlier, out earlier.Reads[i]) is not null) return null;
        }
        return earlier;
    }

    /// <returns>What is wrong with the answer, which is not what the function's declaration says; null when nothing is.</returns>
    private string? Decode(ContractCall call, Said said, HashSet<Address> proven, Findings into, out SignalValue value)
    {
        value = SignalValue.Missing;
        if (said.Reverted is { } reason) into.Failures.Add($"{call.Name}: {reason}");
        else if (proven.Contains(call.To) && !call.TryDecode(said.Data, environment.Now(), out value, out var why)) return why;
        return null;
    }

    private SignalValue[] Plain(Findings found, ulong? block, ulong skipped, Duration took)
    {
        var reverting = plan.Actions.Where((_, i) => found.Actions[i] is not null).Select(action => action.Name).ToList();
        List<SignalValue> plain =
        [
            SignalValue.Of(took.TotalSeconds),
            SignalValue.Of(found.CodePresent),
            found.Result,
            SignalValue.Of(found.Reverted is not null),
            TextOf(found.Reverted),
            plan.Actions.Length == 1 ? SignalValue.Of(plan.Actions[0].Name) : reverting.Count > 0 ? RpcValues.Text(string.Join(", ", reverting)) : SignalValue.Missing,
            TextOf(found.Failures.Count == 0 ? null : string.Join("; ", found.Failures)),
            block is { } number ? RpcValues.Whole(number) : SignalValue.Missing,
            block is null ? SignalValue.Missing : SignalValue.Of((double)skipped),
            .. found.Reads,
        ];
        if (!plan.IsSimple)
            foreach (var reason in found.Actions)
            {
                plain.Add(SignalValue.Of(reason is not null));
                plain.Add(TextOf(reason));
            }
        return [.. plain];
    }

    private static SignalValue TextOf(string? text) => text is null ? SignalValue.Missing : RpcValues.Text(text);

    private async Task<(IReadOnlyList<Address>? Found, Duration Took, Sight Failure)> CodeAsync(IReadOnlyList<Address> addresses, BlockHeader? head, CancellationToken limit)
    {
        var batch = new RpcBatch();
        var slots = addresses.Select(address => batch.Add(EvmCalls.GetCode(address, head is null ? BlockRef.Latest : BlockRef.At(head.Number)))).ToList();
        var (answers, took, failure) = await endpoint.AskAsync(batch, limit).ConfigureAwait(false);
        if (answers is null) return (null, took, failure);
        var found = new List<Address>();
        for (var i = 0; i < slots.Count; i++)
        {
            if (answers.Of(slots[i]) is not RpcAnswer<HexBytes>.Answered code) return (null, took, endpoint.FailureOf(answers.Of(slots[i])));
            if (!code.Value.IsEmpty) found.Add(addresses[i]);
        }
        return (found, took, default);
    }

    private Said Read(RpcAnswer<HexBytes> answer)
    {
        switch (answer)
        {
            case RpcAnswer<HexBytes>.Answered answered:
                return new Said(answered.Value, null, null);
            case RpcAnswer<HexBytes>.RpcError { Kind: RpcErrorKind.ExecutionReverted } reverted:
                return new Said(reverted.Data, endpoint.Redaction.Apply(ReasonOf(reverted)), null);
            case RpcAnswer<HexBytes>.RpcError poor when IsPoor(poor.Message):
                return new Said(default, null, new Sight(new Outcome.ProbeFault("the account of a simulated action does not hold the value that it sends: fund it, or name another one"), []));
            default:
                return new Said(default, null, endpoint.FailureOf(answer));
        }
    }

    /// <summary>From the data; where a client does not pass it on, from its message.</summary>
    private string ReasonOf(RpcAnswer<HexBytes>.RpcError reverted)
    {
        if (!reverted.Data.IsEmpty) return RevertReason.Decode(reverted.Data, plan.Errors).Text;
        var message = reverted.Message.Trim();
        return message.Length == 0 || message.Equals("execution reverted", StringComparison.OrdinalIgnoreCase)
            ? new RevertReason.Empty().Text
            : message;
    }

    /// <summary>Of one action its reason, of several with their names; null when none reverted.</summary>
    private string? ReasonOf(Said[] actions)
    {
        if (actions.Length == 1) return actions[0].Reverted;
        var reasons = plan.Actions.Zip(actions).Where(pair => pair.Second.Reverted is not null).Select(pair => $"{pair.First.Name}: {pair.Second.Reverted}").ToList();
        return reasons.Count == 0 ? null : string.Join("; ", reasons);
    }

    private static bool IsPoor(string message) =>
        message.Contains("insufficient funds", StringComparison.OrdinalIgnoreCase) || message.Contains("insufficient balance", StringComparison.OrdinalIgnoreCase);

    /// <param name="Data">What was returned, or reverted with.</param>
    /// <param name="Reverted">The reason; null when it went through.</param>
    /// <param name="Failure">When it is no answer of the contract at all.</param>
    private sealed record Said(HexBytes Data, string? Reverted, Sight? Failure)
    {
        public bool ComesFromCode => Reverted is not null || !Data.IsEmpty;
    }

    /// <summary>What a look found out, as of one block.</summary>
    private sealed record Findings
    {
        public SignalValue Result = SignalValue.Missing;
        public SignalValue[] Reads = [];

        /// <summary>Why each action would revert; null for those that would not.</summary>
        public ImmutableArray<string?> Actions { get; set; } = [];

        public string? Reverted { get; set; }
        public bool CodePresent { get; set; }
        public List<string> Failures { get; init; } = [];
    }
}
